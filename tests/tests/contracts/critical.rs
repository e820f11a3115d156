//! `critical`: a task whose failure shuts the supervisor down, with the cause named.

use std::time::Duration;

use taskvisor::{
    EventName, FailureKind, OnGiveUp, Outcome, Report, RestartPolicy, RuntimeError, StopCause, Supervisor,
    TaskContext, TaskFn, TaskHandle, TaskRef, TaskSpec,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep, timeout};

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn critical(harness: &Harness, rules: Rules, task: TaskRef) -> TaskHandle {
    add_with(harness, rules, task, |spec| spec.with_critical(true))
}

fn waits(name: &'static str) -> TaskRef {
    Script::task(name, [Step::UntilStopped])
}

/// The name of the critical task that ended the run, and the report.
fn cause(result: Result<Report, RuntimeError>) -> (String, Report) {
    match result {
        Err(RuntimeError::CriticalTask { name, report, .. }) => (name, Report::clone(&report)),
        other => panic!("no critical task: {other:?}"),
    }
}

/// The report of a run that no critical task has ended.
fn in_order(result: Result<Report, RuntimeError>) -> Report {
    let report = result.expect("in order");
    assert_eq!(report.critical_task, None);
    report
}

#[tokio::test(start_paused = true)]
async fn its_failure_shuts_the_supervisor_down() {
    let harness = Harness::new();
    let other = harness.add(Rules::never(), waits("other"));
    let task = critical(&harness, Rules::never(), Script::task("db", [Step::FailAfter(SECOND, "down")]));
    let outcome = harness.outcome(&other).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, .. }), "{outcome}");
    assert!(task.outcome().await.is_failed());
    let (result, event_log) = harness.try_finish().await;
    let error = result.clone().expect_err("it failed");
    assert_eq!(error.to_string(), "the critical task `db` failed, which has shut the supervisor down: down");
    let (name, report) = cause(result);
    let failed = report.critical_task.expect("it is named");
    assert_eq!((name.as_str(), failed.name.as_str(), failed.id), ("db", "db", task.id()));
    assert_eq!((failed.failure.kind(), failed.failure.to_string()), (FailureKind::Error, "down".to_owned()));
    assert_eq!((report.failed, report.canceled), (1, 1));
    assert_eq!(event_log.count(EventName::ShutdownRequested), 1);
}

#[tokio::test(start_paused = true)]
async fn the_outcome_of_the_task_is_published_before_the_shutdown() {
    let harness = Harness::new();
    harness.add(Rules::never(), waits("other"));
    let task = critical(&harness, Rules::never(), Script::task("db", [Step::Fail("down")]));
    assert!(harness.outcome(&task).await.is_failed());
    let (_, event_log) = harness.try_finish().await;
    let lines = event_log.lines();
    let at = |line: &str| {
        lines.iter().position(|found| found == line).unwrap_or_else(|| panic!("{line}: {lines:?}"))
    };
    assert!(at("db ended failed: down") < at("shutdown_requested"));
}

#[tokio::test(start_paused = true)]
async fn every_way_to_run_returns_the_same_error() {
    let failing =
        || TaskSpec::once(Script::task("db", [Step::FailAfter(SECOND, "down")])).with_critical(true);
    let run = || Supervisor::default();
    let specs = || vec![failing(), TaskSpec::once(waits("other"))];
    assert_eq!(cause(run().run(specs()).await).0, "db");
    assert_eq!(cause(run().run(vec![failing()]).await).0, "db", "without other tasks");
    assert_eq!(cause(run().run_until(specs(), std::future::pending::<()>()).await).0, "db");
    let supervisor = run();
    for spec in specs() {
        supervisor.add_task(spec).expect("it is accepted");
    }
    sleep(seconds(2)).await;
    assert_eq!(cause(supervisor.shutdown().await).0, "db");
    assert_eq!(cause(supervisor.shutdown().await).0, "db", "again");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_waits_for_the_shutdown_gets_the_error() {
    let supervisor = Supervisor::default();
    supervisor.add_task(TaskSpec::once(waits("other"))).expect("it is accepted");
    let failing = TaskSpec::once(Script::task("db", [Step::FailAfter(HOUR, "down")])).with_critical(true);
    let running = tokio::spawn(async move { supervisor.run(vec![failing]).await });
    sleep(seconds(3_599)).await;
    assert!(!running.is_finished());
    let result = timeout(seconds(2), running).await.expect("the task fails").expect("no panic");
    assert_eq!(cause(result).0, "db");
}

#[tokio::test(start_paused = true)]
async fn a_critical_task_that_completes_shuts_nothing_down() {
    let harness = Harness::new();
    let task = critical(&harness, Rules::never(), Script::task("migrate", [Step::Succeed]));
    let done = TaskFn::arc("drain", |context: TaskContext| async move { context.done() });
    let done = critical(&harness, Rules::always().may_be_done(), done);
    assert!(harness.outcome(&task).await.is_completed() && harness.outcome(&done).await.is_completed());
    sleep(HOUR).await;
    let other = harness.add(Rules::never(), Script::task("other", [Step::Succeed]));
    assert!(harness.outcome(&other).await.is_completed());
    in_order(harness.try_finish().await.0);
}

#[tokio::test(start_paused = true)]
async fn a_canceled_critical_task_shuts_nothing_down() {
    let steps =
        [Step::UntilStopped, Step::FailWhenStopped("closing"), Step::PanicWhenStopped("oh"), Step::Hang];
    for step in steps {
        let harness = Harness::new();
        let task = critical(&harness, Rules::on_failure().stop_timeout(SECOND), Script::task("db", [step]));
        harness.reach(&task, 1).await;
        harness.cancel(&task);
        let outcome = harness.outcome(&task).await;
        assert!(matches!(outcome, Outcome::Canceled { .. } | Outcome::Aborted), "{step:?}: {outcome}");
        sleep(HOUR).await;
        let other = harness.add(Rules::never(), Script::task("other", [Step::Succeed]));
        assert!(harness.outcome(&other).await.is_completed());
        in_order(harness.try_finish().await.0);
    }
}

#[tokio::test(start_paused = true)]
async fn its_retries_shut_nothing_down_and_its_give_up_does() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(HOUR).max_retries(1);
    let task = critical(&harness, rules, Script::task("db", [Step::Fail("down")]));
    sleep(seconds(3_599)).await;
    let other = harness.add(Rules::never(), Script::task("other", [Step::Succeed]));
    assert!(harness.outcome(&other).await.is_completed());
    assert!(harness.outcome(&task).await.is_failed());
    let (name, report) = cause(harness.try_finish().await.0);
    assert_eq!((name.as_str(), report.give_ups.len()), ("db", 1));
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_failure_shuts_the_supervisor_down() {
    let kinds = [
        (Step::Fail("down"), FailureKind::Error),
        (Step::Fatal("broken"), FailureKind::Fatal),
        (Step::Panic("oh"), FailureKind::Panic),
        (Step::Hang, FailureKind::Timeout),
        (Step::Cancel, FailureKind::Canceled),
    ];
    for (step, kind) in kinds {
        let harness = Harness::new();
        critical(&harness, Rules::never().timeout(SECOND), Script::task("db", [step]));
        sleep(seconds(2)).await;
        let (_, report) = cause(harness.try_finish().await.0);
        assert_eq!(report.critical_task.expect("it is named").failure.kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_during_a_shutdown_has_no_further_effect() {
    let harness = Harness::new();
    // It is allowed to finish, and fails then.
    let rules = Rules::never().finishes_on_shutdown();
    let task = critical(&harness, rules, Script::task("db", [Step::FailAfter(seconds(5), "down")]));
    harness.reach(&task, 1).await;
    harness.handle().stop();
    harness.trace().stop_requested(&task);
    let outcome = harness.outcome(&task).await;
    let (result, _) = harness.try_finish().await;
    let report = in_order(result);
    assert_eq!(report.failed + report.canceled, 1, "{outcome}");
}

#[tokio::test(start_paused = true)]
async fn the_first_cause_wins() {
    let harness = Harness::new();
    let slow = TaskFn::arc("slow", |context: TaskContext| async move {
        context.cancelled().await;
        sleep(SECOND).await;
        Err(taskvisor::TaskError::fail("later"))
    });
    critical(&harness, Rules::never(), slow);
    critical(&harness, Rules::never(), Script::task("first", [Step::FailAfter(SECOND, "down")]));
    critical(&harness, Rules::never(), Script::task("second", [Step::FailAfter(SECOND, "down too")]));
    sleep(seconds(10)).await;
    let (name, _) = cause(harness.try_finish().await.0);
    assert_eq!(name, "first");
}

#[tokio::test(start_paused = true)]
async fn a_dependent_inherits_the_failure_of_its_root() {
    let harness = Harness::new();
    let db = harness.add(Rules::never(), Script::task("db", [Step::FailAfter(SECOND, "down")]));
    let cache = harness.spec(Rules::never(), waits("cache")).with_needs(["db"]);
    let cache = harness.add_task(cache).expect("it is accepted");
    let serve = harness.spec(Rules::never(), waits("serve")).with_needs(["cache"]).with_critical(true);
    let serve = harness.add_task(serve).expect("it is accepted");
    assert!(harness.outcome(&serve).await.is_failed());
    assert!(db.outcome().await.is_failed() && cache.outcome().await.is_failed());
    let (name, report) = cause(harness.try_finish().await.0);
    assert_eq!(name, "serve");
    let failure = report.critical_task.expect("it is named").failure;
    assert_eq!(failure.kind(), FailureKind::Dependency);
    assert!(failure.to_string().contains("`db`") && failure.to_string().contains("down"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_dependent_of_a_canceled_root_shuts_nothing_down() {
    let harness = Harness::new();
    let db = harness.add(Rules::never(), waits("db"));
    let cache = harness.spec(Rules::never(), waits("cache")).with_needs(["db"]);
    let cache = harness.add_task(cache).expect("it is accepted");
    let serve = harness.spec(Rules::never(), waits("serve")).with_needs(["cache"]).with_critical(true);
    let serve = harness.add_task(serve).expect("it is accepted");
    harness.reach(&db, 1).await;
    harness.cancel(&db);
    let outcome = harness.outcome(&serve).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Dependency, .. }), "{outcome}");
    assert!(harness.outcome(&cache).await.is_canceled());
    let other = harness.add(Rules::never(), Script::task("other", [Step::Succeed]));
    assert!(harness.outcome(&other).await.is_completed());
    in_order(harness.try_finish().await.0);
}

#[tokio::test(start_paused = true)]
async fn the_report_names_the_cause_and_what_exceeded_the_grace() {
    let harness = Harness::new();
    harness.add(Rules::never().stop_timeout(SECOND), Script::task("deaf", [Step::Hang]));
    critical(&harness, Rules::never(), Script::task("db", [Step::FailAfter(SECOND, "down")]));
    sleep(seconds(10)).await;
    let (name, report) = cause(harness.try_finish().await.0);
    assert_eq!((name.as_str(), report.aborted, report.grace_exceeded()), ("db", 1, true));
    assert_eq!(report.aborted_tasks[0].name, "deaf");
}

#[tokio::test(start_paused = true)]
async fn the_shutdown_is_in_order_and_has_the_whole_grace() {
    let harness = Harness::new();
    let flush = TaskFn::arc("flush", |context: TaskContext| async move {
        context.cancelled().await;
        sleep(seconds(15)).await;
        Ok(())
    });
    let flush = harness.add(Rules::never(), flush);
    critical(&harness, Rules::never(), Script::task("db", [Step::FailAfter(SECOND, "down")]));
    let before = Instant::now();
    let outcome = harness.outcome(&flush).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, .. }), "{outcome}");
    assert_eq!(before.elapsed(), seconds(16));
    cause(harness.try_finish().await.0);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_not_critical_shuts_nothing_down() {
    let harness = Harness::new();
    let spec = |name| harness.spec(Rules::never(), Script::task(name, [Step::Fail("down")]));
    for spec in [
        spec("default"),
        spec("exempt").with_critical(false),
        spec("unset").with_critical(true).with_critical(None),
    ] {
        let task = harness.add_task(spec).expect("it is accepted");
        assert!(harness.outcome(&task).await.is_failed());
    }
    assert_eq!(in_order(harness.try_finish().await.0).failed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_paused_critical_task_is_not_failed() {
    let harness = Harness::new();
    let task = critical(&harness, Rules::on_failure(), waits("db"));
    harness.reach(&task, 1).await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(HOUR).await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.resume(), Ok(true));
    harness.reach(&task, 2).await;
    in_order(harness.try_finish().await.0);
}

#[test]
fn a_critical_task_cannot_be_paused_by_a_give_up() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _entered = runtime.enter();
    let spec = TaskSpec::new(waits("db"), RestartPolicy::OnFailure, taskvisor::BackoffPolicy::none(), None);
    let spec = spec.with_max_retries(1).with_critical(true).with_on_give_up(OnGiveUp::Pause);
    let error = Supervisor::default().add_task(spec).map(drop).expect_err("it is refused");
    assert!(error.to_string().contains("`on_give_up` has no effect on a critical task"), "{error}");
}
