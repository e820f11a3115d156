//! The report that `run` and `shutdown` return.

use std::time::Duration;

use taskvisor::{Config, FailureKind, Report, RuntimeError, StopCause};
use tests::{Harness, Rules, Script, Step};

#[tokio::test(start_paused = true)]
async fn a_report_counts_ends_and_names_failed_and_aborted_tasks() {
    let harness = Harness::new();
    let short_grace = harness.add(Rules::never(), Script::task("impatient", [Step::Hang]));
    let early = harness.add(Rules::never(), Script::task("early", [Step::Succeed]));
    let canceled = harness.add(Rules::never(), Script::task("canceled", [Step::UntilStopped]));
    harness.settle().await;
    short_grace.cancel_with_grace(Duration::ZERO);
    canceled.cancel();

    let scripts = [("done", Step::Succeed), ("broken", Step::Fatal("no such table")), ("deaf", Step::Hang)];
    let specs = scripts.map(|(name, step)| harness.spec(Rules::on_failure(), Script::task(name, [step])));
    let until = tokio::time::sleep(Duration::from_secs(1));
    let report = harness.run_until(specs.into(), until).await.expect("in order");

    assert_eq!(report.to_string(), "2 completed, 1 canceled, 1 failed, 2 aborted");
    assert!(early.outcome().await.is_completed());
    let failed = &report.failures[0];
    assert_eq!((failed.name.as_str(), failed.failure.kind()), ("broken", FailureKind::Fatal));
    assert_eq!(
        (failed.failure.attempt(), failed.failure.error().to_string()),
        (1, "no such table".to_owned())
    );
    let aborted: Vec<_> = report.aborted_tasks.iter().map(|task| (task.name.as_str(), task.cause)).collect();
    assert_eq!(aborted, [("impatient", Some(StopCause::Cancel)), ("deaf", Some(StopCause::Shutdown))]);
    assert!(report.grace_exceeded());
    let event_log = harness.finish().await;
    assert_eq!((report.failures.len(), event_log.ids_of("broken")), (1, vec![failed.id]));
}

#[tokio::test(start_paused = true)]
async fn an_abort_by_a_cancel_does_not_exceed_the_shutdown_grace() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::ZERO));
    let deaf = harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    harness.settle().await;
    deaf.cancel();
    let report = harness.run(Vec::new()).await.expect("in order");
    assert_eq!((report.aborted, report.grace_exceeded()), (1, false));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_report_counts_all_failures_and_lists_the_first() {
    let harness = Harness::new();
    let names: Vec<&'static str> =
        (0..Report::MAX_LISTED + 6).map(|number| &*format!("broken-{number}").leak()).collect();
    let spec = |&name: &&'static str| harness.spec(Rules::never(), Script::task(name, [Step::Fail("again")]));
    let report = harness.run(names.iter().map(spec).collect()).await.expect("in order");
    let listed: Vec<_> = report.failures.iter().map(|task| task.name.as_str()).collect();
    assert_eq!(report.failed, names.len() as u64);
    assert_eq!(listed, names[..Report::MAX_LISTED]);
    harness.finish().await;
}

/// An error, so that `?` propagates it.
#[tokio::test(start_paused = true)]
async fn an_exceeded_grace_is_an_error_that_carries_the_report() {
    let harness = Harness::new();
    let deaf = harness.add(Rules::never(), Script::task("deaf", [Step::Hang]));
    harness.add(Rules::never(), Script::task("done", [Step::Succeed]));
    harness.settle().await;
    let (first, second) = tokio::join!(harness.shutdown(), harness.shutdown());
    for result in [first, second] {
        let Err(error @ RuntimeError::GraceExceeded { .. }) = result else { panic!("no error: {result:?}") };
        assert_eq!(error.to_string(), "aborted at the end of the grace: `deaf`");
        let RuntimeError::GraceExceeded { report, .. } = error else { unreachable!() };
        assert!(report.grace_exceeded() && report.stuck.is_empty());
        assert_eq!((report.completed, report.aborted, report.aborted_tasks[0].id), (1, 1, deaf.id()));
    }
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_in_order_returns_the_report() {
    let harness = Harness::new();
    harness.add(Rules::never(), Script::task("waits", [Step::UntilStopped]));
    harness.settle().await;
    let report = harness.shutdown().await.expect("in order");
    assert_eq!((report.canceled, report.failed_while_stopping.len()), (1, 0));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_clean_up_that_fails_is_named_in_the_report() {
    let harness = Harness::new();
    let step = Step::FailWhenStopped("could not flush 17 records");
    let flush = harness.add(Rules::on_failure(), Script::task("flush", [step]));
    harness.settle().await;
    let report = harness.shutdown().await.expect("in order");
    assert_eq!((report.canceled, report.failed), (1, 0));
    let [failed] = &report.failed_while_stopping[..] else { panic!("{report:?}") };
    assert_eq!((failed.name.as_str(), failed.id), ("flush", flush.id()));
    assert_eq!(failed.failure.to_string(), "could not flush 17 records");
    harness.finish().await;
}

struct Panics;

impl taskvisor::Subscribe for Panics {
    async fn on_event(&mut self, event: &taskvisor::Event) {
        assert!(!matches!(event.kind, taskvisor::EventKind::Stopped), "at the last event");
    }
}

struct Hangs;

impl taskvisor::Subscribe for Hangs {
    async fn on_event(&mut self, _: &taskvisor::Event) {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn the_report_lists_subscribers_that_panic_or_hang() {
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(Panics).subscriber(Hangs));
    harness.add(Rules::never(), Script::task("done", [Step::Succeed]));
    let report = harness.run(Vec::new()).await.expect("in order");
    assert_eq!(report.subscriber_panics, 1);
    assert_eq!(report.undrained_subscribers, ["Hangs"]);
    assert!(!report.grace_exceeded());
    harness.finish().await;
}
