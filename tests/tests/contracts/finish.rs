//! `on_shutdown = "finish"`: at a shutdown the running attempt goes on until little time is left.

use std::time::Duration;

use taskvisor::{
    Config, EventName, Outcome, Readiness, RuntimeError, StopCause, TaskContext, TaskFn, TaskHandle, TaskRef,
};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::*;

fn finishing() -> Rules {
    Rules::never().finishes_on_shutdown()
}

/// A supervisor with a grace of 100 s.
fn patient() -> Harness {
    Harness::with_config(Config::default().with_grace(seconds(100)))
}

/// A task whose first attempt runs, and whose supervisor has received the request to shut down.
async fn shut_down(harness: &Harness, rules: Rules, task: TaskRef) -> TaskHandle {
    let task = harness.add(rules, task);
    harness.settle().await;
    assert!(task.status().phase.is_running());
    harness.handle().stop();
    harness.trace().stop_requested(&task);
    task
}

#[tokio::test(start_paused = true)]
async fn the_running_attempt_finishes_and_completes() {
    let harness = patient();
    let task = Script::task("work", [Step::SucceedAfter(seconds(60))]);
    let task = shut_down(&harness, finishing(), task).await;
    assert!(task.status().stopping, "{:?}", task.status());
    assert!(harness.outcome(&task).await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Succeeded), [seconds(60)]);
    let end = event_log.events().last().expect("an event");
    assert_eq!(end.kind.name(), EventName::Stopped);
}

#[tokio::test(start_paused = true)]
async fn the_stop_is_requested_when_a_tenth_of_the_time_is_left() {
    let harness = patient();
    let task = attempts(|context| async move {
        let before = Instant::now();
        assert_eq!((context.stop_cause(), context.stop_deadline()), (None, None));
        context.cancelled().await;
        assert_eq!(before.elapsed(), seconds(90));
        assert_eq!(context.stop_cause(), Some(StopCause::Shutdown));
        assert_eq!(context.stop_deadline(), Some(before + seconds(100)));
        std::future::pending().await
    });
    let task = shut_down(&harness, finishing(), task).await;
    assert_eq!(harness.outcome(&task).await, Outcome::Aborted);
    let (report, event_log) = harness.try_finish().await;
    assert_eq!(event_log.times_of(&task, EventName::Aborted), [seconds(100)]);
    assert!(report.expect("a report").grace_exceeded());
}

#[tokio::test(start_paused = true)]
async fn the_attempt_finishes_within_the_longest_grace() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::MAX));
    let task = Script::task("work", [Step::SucceedAfter(seconds(60))]);
    let task = shut_down(&harness, finishing(), task).await;
    assert!(harness.outcome(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_default_requests_the_stop_at_once() {
    for rules in [Rules::never(), Rules::never().stop_timeout(seconds(50))] {
        let harness = patient();
        let task = shut_down(&harness, rules, Script::task("work", [Step::UntilStopped])).await;
        let before = Instant::now();
        assert!(harness.outcome(&task).await.is_canceled());
        assert_eq!(before.elapsed(), Duration::ZERO);
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_attempt_follows() {
    let steps = [
        (Rules::always(), Step::SucceedAfter(SECOND)),
        (Rules::always().delay(seconds(5)), Step::SucceedAfter(SECOND)),
        (Rules::on_failure(), Step::FailAfter(SECOND, "down")),
        (Rules::on_failure().without_backoff(), Step::FailAfter(SECOND, "down")),
    ];
    for (rules, step) in steps {
        let harness = patient();
        let task = shut_down(&harness, rules.finishes_on_shutdown(), Script::task("work", [step])).await;
        let before = Instant::now();
        let outcome = harness.outcome(&task).await;
        assert!(
            matches!(outcome, Outcome::Canceled { cause: StopCause::Shutdown, .. }),
            "{step:?}: {outcome}"
        );
        assert_eq!(outcome.failure().is_some(), matches!(step, Step::FailAfter(..)));
        assert_eq!((before.elapsed(), task.status().attempt), (SECOND, 1));
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_for_good_has_failed() {
    for (rules, step) in [
        (Rules::never(), Step::FailAfter(SECOND, "down")),
        (Rules::on_failure().max_retries(0), Step::FailAfter(SECOND, "down")),
    ] {
        let harness = patient();
        let task = shut_down(&harness, rules.finishes_on_shutdown(), Script::task("work", [step])).await;
        let outcome = harness.outcome(&task).await;
        assert!(outcome.is_failed(), "{outcome}");
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_between_two_attempts_is_stopped_at_once() {
    let harness = patient();
    let rules = Rules::always().delay(seconds(50)).finishes_on_shutdown();
    let task = harness.add(rules, Script::task("work", [Step::Succeed]));
    sleep(SECOND).await;
    assert!(task.status().phase.is_sleeping());
    harness.handle().stop();
    let before = Instant::now();
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn snooze_and_done_of_a_finishing_attempt() {
    for is_done in [false, true] {
        let harness = patient();
        let task = attempts(move |context| async move {
            sleep(SECOND).await;
            if is_done { context.done() } else { context.snooze(SECOND) }
        });
        let rules = Rules::always().may_be_done().finishes_on_shutdown();
        let task = shut_down(&harness, rules, task).await;
        let outcome = harness.outcome(&task).await;
        assert_eq!((outcome.is_completed(), outcome.is_canceled()), (is_done, !is_done), "{outcome}");
        harness.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_grace_nothing_can_finish() {
    let harness = Harness::with_config(Config::default().with_grace(Duration::ZERO));
    let task = shut_down(&harness, finishing(), Script::task("work", [Step::UntilStopped])).await;
    let before = Instant::now();
    let outcome = harness.outcome(&task).await;
    assert!(outcome.is_canceled(), "{outcome}");
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn its_stop_timeout_limits_the_stop_that_follows() {
    let harness = patient();
    let rules = finishing().stop_timeout(seconds(2));
    let task = shut_down(&harness, rules, Script::task("work", [Step::Hang])).await;
    assert_eq!(harness.outcome(&task).await, Outcome::Aborted);
    assert_eq!(harness.finish().await.times_of(&task, EventName::Aborted), [seconds(92)]);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_is_no_shutdown() {
    let harness = patient();
    let task = harness.add(finishing(), Script::task("work", [Step::UntilStopped]));
    harness.settle().await;
    harness.cancel(&task);
    let before = Instant::now();
    assert!(harness.outcome(&task).await.is_canceled());
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_an_attempt_that_finishes() {
    let harness = patient();
    let task = shut_down(&harness, finishing(), Script::task("work", [Step::UntilStopped])).await;
    sleep(seconds(5)).await;
    assert!(task.status().phase.is_running());
    task.cancel();
    let before = Instant::now();
    let outcome = harness.outcome(&task).await;
    assert!(outcome.is_canceled(), "{outcome}");
    assert_eq!(before.elapsed(), Duration::ZERO);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_finishing_task_cannot_be_controlled() {
    let harness = patient();
    let task = shut_down(&harness, finishing(), Script::task("work", [Step::SucceedAfter(SECOND)])).await;
    let results = [task.pause().map(drop), task.resume().map(drop), task.restart()];
    for result in results {
        assert!(matches!(result, Err(RuntimeError::ShuttingDown)), "{result:?}");
    }
    assert!(harness.outcome(&task).await.is_completed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn limits_apply_to_a_finishing_attempt() {
    let harness = patient();
    let task = shut_down(&harness, finishing().timeout(seconds(7)), Script::task("work", [Step::Hang])).await;
    let outcome = harness.outcome(&task).await;
    assert!(outcome.is_failed(), "{outcome}");
    assert_eq!(harness.finish().await.times_of(&task, EventName::TimedOut), [seconds(7)]);
}

#[tokio::test(start_paused = true)]
async fn several_tasks_finish_at_the_same_time() {
    let harness = patient();
    let added = [("a", 30), ("b", 60), ("c", 10)].map(|(name, time)| {
        harness.add(finishing(), Script::task(name, [Step::SucceedAfter(seconds(time))]))
    });
    let other = harness.add(Rules::never(), Script::task("other", [Step::UntilStopped]));
    harness.settle().await;
    harness.handle().stop();
    let before = Instant::now();
    assert!(harness.outcome(&other).await.is_canceled());
    assert_eq!(before.elapsed(), Duration::ZERO, "it does not wait for the others");
    for task in &added {
        assert!(harness.outcome(task).await.is_completed());
    }
    assert_eq!(before.elapsed(), seconds(60));
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_finishing_task_needs_goes_on_until_it_has_ended() {
    let harness = patient();
    let db = TaskFn::arc("db", |context: TaskContext| async move {
        let before = Instant::now();
        context.cancelled().await;
        assert_eq!(before.elapsed(), seconds(30));
        Ok(())
    });
    let db = harness.add_task(harness.spec(Rules::never().ready(Readiness::Start), db)).expect("accepted");
    let work = harness.spec(finishing(), Script::task("work", [Step::SucceedAfter(seconds(30))]));
    let work = harness.add_task(work.with_needs(["db"])).expect("accepted");
    harness.settle().await;
    harness.handle().stop();
    assert!(harness.outcome(&work).await.is_completed());
    assert!(harness.outcome(&db).await.is_canceled());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn with_waves_a_tenth_of_the_time_of_the_wave_is_left() {
    let harness = patient();
    let db = harness.spec(Rules::never().ready(Readiness::Start), Script::task("db", [Step::UntilStopped]));
    harness.add_task(db).expect("accepted");
    let work = TaskFn::arc("work", |context: TaskContext| async move {
        let before = Instant::now();
        context.cancelled().await;
        // Two waves share 100 s.
        assert_eq!(before.elapsed(), seconds(45));
        assert_eq!(context.stop_deadline(), Some(before + seconds(50)));
        Ok(())
    });
    let work = harness.add_task(harness.spec(finishing(), work).with_needs(["db"])).expect("accepted");
    harness.settle().await;
    harness.handle().stop();
    let outcome = harness.outcome(&work).await;
    assert!(outcome.is_canceled(), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_needed_task_that_finishes_has_its_own_wave() {
    let harness = patient();
    let db = harness
        .spec(finishing().ready(Readiness::Start), Script::task("db", [Step::SucceedAfter(seconds(30))]));
    let db = harness.add_task(db).expect("accepted");
    let work = harness.spec(Rules::never(), Script::task("work", [Step::UntilStopped])).with_needs(["db"]);
    let work = harness.add_task(work).expect("accepted");
    harness.settle().await;
    harness.handle().stop();
    assert!(harness.outcome(&work).await.is_canceled());
    let outcome = harness.outcome(&db).await;
    assert!(outcome.is_completed(), "{outcome}");
    harness.finish().await;
}
