//! `pause_after_attempt`, and what controls have in common. See contract 15.

use std::time::Duration;

use taskvisor::{
    EventKind, EventName, InterruptCause, Missed, Outcome, Phase, Readiness, RuntimeError, StopCause,
    Supervisor, TaskContext, TaskFn, TaskHandle, TaskSpec,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::sleep;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

/// A task whose first attempt runs, and is to be paused after it.
async fn pausing(harness: &Harness, rules: Rules, steps: impl Into<Vec<Step>>) -> TaskHandle {
    let task = harness.add(rules, Script::task("work", steps));
    harness.settle().await;
    assert_eq!(harness.pause_after_attempt(&task), Ok(true));
    task
}

#[tokio::test(start_paused = true)]
async fn the_attempt_ends_by_itself_and_none_follows() {
    for (step, last) in
        [(Step::SucceedAfter(SECOND), "succeeded 1"), (Step::FailAfter(SECOND, "down"), "backoff 1: 3600s")]
    {
        let harness = Harness::new();
        let rules = Rules::always().delay(HOUR).constant_backoff(HOUR);
        let task = pausing(&harness, rules, [step, Step::UntilStopped]).await;
        let status = task.status();
        assert!(status.pausing && status.phase.is_running(), "{status:?}");
        sleep(HOUR * 4).await;
        let status = task.status();
        assert!(matches!(status.phase, Phase::Paused { gave_up: false, .. }), "{status:?}");
        assert_eq!((status.attempt, status.pausing, status.next_attempt), (1, false, None));
        let event_log = harness.finish().await;
        assert!(event_log.of(&task).iter().any(|line| line == last), "{:?}", event_log.of(&task));
        assert_eq!(event_log.count(EventName::Interrupted), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn its_failure_counts_and_the_streak_goes_on() {
    let harness = Harness::new();
    let steps = [Step::FailAfter(SECOND, "down"), Step::Fail("down"), Step::UntilStopped];
    let task = pausing(&harness, Rules::on_failure().constant_backoff(HOUR), steps).await;
    sleep(HOUR * 4).await;
    assert_eq!((task.status().failures, task.status().attempt), (1, 1));
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!((task.status().failures, task.status().attempt), (2, 2), "the resume waits for no backoff");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ends_with_its_attempt_ends() {
    for (rules, step, completes) in [
        (Rules::never(), Step::SucceedAfter(SECOND), true),
        (Rules::on_failure(), Step::SucceedAfter(SECOND), true),
        (Rules::never(), Step::FailAfter(SECOND, "down"), false),
        (Rules::on_failure().max_retries(0), Step::FailAfter(SECOND, "down"), false),
    ] {
        let harness = Harness::new();
        let task = pausing(&harness, rules, [step]).await;
        assert_eq!(harness.outcome(&task).await.is_completed(), completes);
        assert!(!task.status().pausing);
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_gives_up_is_paused_for_that() {
    let harness = Harness::new();
    let rules = Rules::on_failure().max_retries(0).pauses_when_it_gives_up();
    let task = pausing(&harness, rules, [Step::FailAfter(SECOND, "down"), Step::UntilStopped]).await;
    sleep(SECOND * 2).await;
    assert!(matches!(task.status().phase, Phase::Paused { gave_up: true, .. }));
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!((task.status().attempt, task.status().pausing), (2, false));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_dependency_that_has_ended_ends_no_paused_task() {
    let supervisor = Supervisor::default();
    let feed = TaskFn::arc("feed", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let feed = TaskSpec::once(feed).with_ready(Readiness::Start);
    let feed = supervisor.add_task(feed).expect("the name is free");
    let work = TaskFn::arc("work", || async {
        sleep(SECOND).await;
        Ok(())
    });
    let work = TaskSpec::always(work, HOUR).with_needs(["feed"]);
    let work = supervisor.add_task(work).expect("the name is free");
    sleep(SECOND / 2).await;
    assert_eq!(work.pause_after_attempt(), Ok(true));
    assert!(feed.cancel());
    sleep(HOUR).await;
    assert!(work.status().phase.is_paused(), "{:?}", work.status());
    assert_eq!(work.resume(), Ok(true));
    assert!(!work.outcome().await.is_completed(), "it can never run again");
}

#[tokio::test(start_paused = true)]
async fn it_is_ready_until_it_is_paused() {
    let harness = Harness::new();
    let rules = Rules::always().delay(HOUR).ready(Readiness::Start);
    let task = pausing(&harness, rules, [Step::SucceedAfter(SECOND), Step::UntilStopped]).await;
    assert!(task.status().ready_since.is_some());
    sleep(SECOND * 2).await;
    assert!(task.status().phase.is_paused() && task.status().ready_since.is_none());
    let event_log = harness.finish().await;
    let not_ready = "not_ready: interrupted".to_owned();
    assert!(event_log.of(&task).contains(&not_ready), "{:?}", event_log.of(&task));
}

#[tokio::test(start_paused = true)]
async fn a_resume_before_the_end_takes_it_back() {
    let harness = Harness::new();
    let steps = [Step::SucceedAfter(SECOND), Step::UntilStopped];
    let task = pausing(&harness, Rules::always().delay(Duration::ZERO), steps).await;
    assert_eq!(harness.pause_after_attempt(&task), Ok(false), "it was requested");
    assert_eq!(task.resume(), Ok(true));
    assert_eq!(task.resume(), Ok(false));
    sleep(SECOND * 2).await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_interrupts_after_all() {
    let harness = Harness::new();
    let task = pausing(&harness, Rules::always(), [Step::SucceedWhenStopped]).await;
    assert_eq!(harness.pause(&task), Ok(true));
    assert_eq!(harness.pause_after_attempt(&task), Ok(false), "it is paused");
    harness.settle().await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }));
    let event_log = harness.finish().await;
    let interrupted = event_log.events_of(&task).any(|event| {
        matches!(event.kind, EventKind::Interrupted { attempt: 1, cause: InterruptCause::Pause, .. })
    });
    assert!(interrupted);
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_wins() {
    let harness = Harness::new();
    let task = pausing(&harness, Rules::always(), [Step::SucceedWhenStopped]).await;
    assert!(harness.cancel(&task));
    assert_eq!(harness.outcome(&task).await, Outcome::canceled(StopCause::Cancel));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_replace_the_pause() {
    let harness = Harness::new();
    let task = pausing(&harness, Rules::always(), [Step::SucceedWhenStopped]).await;
    assert!(matches!(task.restart(), Err(RuntimeError::Paused { .. })));
    sleep(SECOND).await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 1, .. }));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_interrupted_is_the_last_one_too() {
    let harness = Harness::new();
    let task = harness.add(Rules::always(), Script::task("work", [Step::SucceedWhenStopped]));
    harness.settle().await;
    assert_eq!(harness.restart(&task), Ok(()));
    assert_eq!(harness.pause_after_attempt(&task), Ok(true));
    sleep(HOUR).await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_task_waits_for_its_tick_after_the_resume() {
    let harness = Harness::new();
    let steps = [Step::SucceedAfter(SECOND), Step::Succeed];
    let task = pausing(&harness, Rules::every(HOUR).missed(Missed::Skip), steps).await;
    sleep(HOUR * 3 + SECOND * 30).await;
    assert!(task.status().phase.is_paused());
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!(task.status().attempt, 1);
    sleep(HOUR).await;
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn by_name_it_pauses_all_instances() {
    let supervisor = Supervisor::default();
    let body = TaskFn::shared("consume", || async {
        sleep(SECOND).await;
        Ok(())
    });
    let spec = TaskSpec::always(body, SECOND).with_instances(3);
    supervisor.add_instances(spec).expect("the names are free");
    sleep(SECOND / 2).await;
    assert_eq!(supervisor.pause_after_attempt("consume"), Ok(true));
    assert!(supervisor.tasks()[0].pausing, "the row says it");
    sleep(HOUR).await;
    let instances = supervisor.instances("consume");
    assert!(instances.iter().all(|task| task.status().phase.is_paused() && task.status().attempt == 1));
    assert!(matches!(supervisor.pause_after_attempt("produce"), Err(RuntimeError::UnknownTask { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_paused_critical_task_is_neither_ready_nor_failed() {
    let supervisor = Supervisor::default();
    let feed = TaskFn::arc("feed", |ctx: TaskContext| async move {
        ctx.cancelled().await;
        Ok(())
    });
    let spec = TaskSpec::once(feed).with_critical(true).with_ready(Readiness::Start);
    let feed = supervisor.add_task(spec).expect("the name is free");
    sleep(SECOND).await;
    assert!(feed.status().ready_since.is_some());
    assert_eq!(feed.pause(), Ok(true));
    sleep(HOUR).await;
    let status = feed.status();
    assert!(status.phase.is_paused() && status.ready_since.is_none() && status.last_error.is_none());
    assert!(supervisor.is_alive("feed"), "no shutdown");
    assert_eq!(feed.resume(), Ok(true));
    sleep(SECOND).await;
    assert!(feed.status().ready_since.is_some());
}

#[tokio::test(start_paused = true)]
async fn each_control_is_refused_during_a_shutdown() {
    let supervisor = Supervisor::default();
    let work = TaskFn::shared("work", || async {
        sleep(SECOND).await;
        Ok(())
    });
    supervisor.add_instances(TaskSpec::once(work).with_instances(2)).expect("the names are free");
    sleep(SECOND / 2).await;
    supervisor.stop();
    for refused in [
        supervisor.pause("work"),
        supervisor.pause_after_attempt("work"),
        supervisor.resume("work"),
        supervisor.restart("work").map(|()| true),
        supervisor.trigger("work"),
        supervisor.start("work").map(|_| true),
        supervisor.scale("work", 3).map(|_| true),
    ] {
        let error = refused.expect_err("it shuts down");
        assert_eq!(error, RuntimeError::ShuttingDown);
        assert_eq!(error.to_string(), "the supervisor is shutting down, or has been dropped");
    }
}
