//! The start of a supervisor: critical tasks, tasks that give up, and paused tasks in the start-up set.

use std::sync::Arc;
use std::time::Duration;

use taskvisor::{
    Config, Event, EventKind, EventName, EventSet, Outcome, Readiness, Ready, StartError, Subscribe,
    Subscriber, TaskContext, TaskFn, TaskRef,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn waits(name: &'static str) -> TaskRef {
    Script::task(name, [Step::UntilStopped])
}

#[tokio::test(start_paused = true)]
async fn a_critical_task_counts_once_its_first_attempt_has_started() {
    let harness = one_at_a_time();
    let owner = harness.add(Rules::never(), Script::task("owner", [Step::SucceedAfter(seconds(5))]));
    harness.reach(&owner, 1).await;
    let task = add_with(&harness, Rules::never(), waits("serve"), |spec| spec.with_critical(true));
    let started = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    sleep(seconds(4)).await;
    assert!(!started.is_finished(), "it waits for its permit");
    sleep(seconds(2)).await;
    assert!(started.is_finished());
    assert_eq!(started.await.expect("no panic"), Ok(()));
    assert_eq!(task.status().ready_since, None, "it counts, and is not ready");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_needed_critical_task_counts_once_it_is_ready() {
    let harness = Harness::new();
    let db = harness.spec(Rules::on_failure(), Script::task("db", [Step::SucceedAfter(seconds(5))]));
    harness.add_task(db.with_critical(true)).expect("it is accepted");
    let serve = harness.spec(Rules::never(), waits("serve")).with_needs(["db"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    let started = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    sleep(seconds(4)).await;
    assert!(!started.is_finished());
    assert_eq!(serve.status().attempt, 0);
    sleep(seconds(2)).await;
    assert_eq!(started.await.expect("no panic"), Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_critical_task_with_a_readiness_counts_once_it_is_ready() {
    let harness = Harness::new();
    let serve = TaskFn::arc("serve", |context: TaskContext, ready: Ready| async move {
        sleep(seconds(5)).await;
        ready.notify();
        context.cancelled().await;
        Ok(())
    });
    add_with(&harness, Rules::never(), serve, |spec| spec.with_critical(true));
    let started = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    sleep(seconds(4)).await;
    assert!(!started.is_finished());
    sleep(seconds(2)).await;
    assert!(started.is_finished());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_fails_when_a_task_gives_up_and_is_paused() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).max_failures(1, HOUR).pauses_when_it_gives_up();
    let rules = rules.ready(Readiness::Success);
    let task =
        harness.add(rules, Script::task("db", [Step::Fail("down"), Step::Fail("down"), Step::Succeed]));
    let error = harness.handle().ready().await.expect_err("it gave up");
    assert!(matches!(&error, StartError::GaveUp { name, last: Some(last), .. }
        if name == "db" && last.to_string() == "down" && last.attempt() == 2));
    assert_eq!(
        error.to_string(),
        "`db` gave up without being ready, and is paused until `resume` is called: down"
    );
    // The caller may resume it, and wait again.
    assert!(harness.handle().ready().await.is_err());
    assert_eq!(task.resume(), Ok(true));
    assert_eq!(harness.handle().ready().await, Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_that_began_before_the_give_up_fails_too() {
    let harness = Harness::new();
    let rules =
        Rules::on_failure().constant_backoff(seconds(60)).max_failures(1, HOUR).pauses_when_it_gives_up();
    let started = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    harness.add(rules.ready(Readiness::Success), Script::task("db", [Step::Fail("down")]));
    sleep(seconds(59)).await;
    assert!(!started.is_finished());
    sleep(seconds(2)).await;
    assert!(matches!(started.await.expect("no panic"), Err(StartError::GaveUp { .. })));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_fails_when_a_task_gives_up_and_ends() {
    let harness = Harness::new();
    let rules = Rules::on_failure().constant_backoff(SECOND).max_failures(1, HOUR).ready(Readiness::Success);
    harness.add(rules, Script::task("db", [Step::Fail("down")]));
    let error = harness.handle().ready().await.expect_err("it ended");
    assert!(matches!(error, StartError::Ended { outcome: Outcome::Failed(_), .. }), "{error}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_waits_for_a_task_that_an_operator_has_paused() {
    let harness = Harness::new();
    let task = harness.add(Rules::never().ready(Readiness::Start), waits("db"));
    assert_eq!(harness.pause(&task), Ok(true));
    let started = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    sleep(HOUR).await;
    assert!(!started.is_finished());
    assert_eq!(task.resume(), Ok(true));
    assert_eq!(started.await.expect("no panic"), Ok(()));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_critical_failure_during_the_start_ends_it() {
    let harness = Harness::new();
    harness.add(Rules::never().ready(Readiness::Success), waits("other"));
    let started = tokio::spawn({
        let handle = harness.handle();
        async move { handle.ready().await }
    });
    let failing = Script::task("db", [Step::FailAfter(SECOND, "down")]);
    add_with(&harness, Rules::never(), failing, |spec| spec.with_critical(true));
    assert!(started.await.expect("no panic").is_err());
    assert!(harness.try_finish().await.0.is_err());
}

/// Collects the texts of `StillStarting`.
struct Collect(Arc<std::sync::Mutex<Vec<String>>>);

impl Subscribe for Collect {
    async fn on_event(&mut self, event: &Event) {
        if let EventKind::StillStarting { blocking, .. } = &event.kind {
            let lines = blocking.iter().map(ToString::to_string).collect::<Vec<_>>();
            self.0.lock().expect("no panic").push(lines.join("; "));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_start_names_the_paused_task() {
    let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
    let collect =
        Subscriber::new(Collect(Arc::clone(&lines))).with_events(EventSet::of(&[EventName::StillStarting]));
    let harness = Harness::build(Config::default(), |builder| builder.subscriber(collect));
    let db = harness.add(Rules::never().ready(Readiness::Start), waits("db"));
    assert_eq!(harness.pause(&db), Ok(true));
    let serve = harness.spec(Rules::never(), waits("serve")).with_needs(["db"]);
    let serve = harness.add_task(serve).expect("it is accepted");
    sleep(seconds(11)).await;
    let first = lines.lock().expect("no panic").first().cloned().expect("an event");
    assert!(first.contains("`db` is paused") && first.contains("`serve`"), "{first}");
    assert_eq!(serve.status().attempt, 0);
    assert_eq!(db.resume(), Ok(true));
    harness.reach(&serve, 1).await;
    harness.finish().await;
}
