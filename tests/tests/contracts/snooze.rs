//! `ctx.snooze`: an attempt that has nothing to do. It is no failure, and another attempt follows after the delay, under every
//! policy.

use std::time::Duration;

use taskvisor::{
    EventName, Outcome, Phase, Readiness, StopCause, TaskContext, TaskError, TaskFn, TaskRef, TaskSpec,
};
use tests::{Harness, Rules};
use tokio::time::{Instant, sleep};

use crate::connection::{Connection, Order};
use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);

/// Snoozes in its first attempt, and then succeeds.
fn snoozes(delay: Duration) -> TaskRef {
    attempts(
        move |context| async move { if context.attempt() == 1 { context.snooze(delay) } else { Ok(()) } },
    )
}

#[tokio::test(start_paused = true)]
async fn another_attempt_follows_under_every_policy() {
    for rules in [Rules::never(), Rules::on_failure(), Rules::always().delay(HOUR)] {
        let harness = Harness::new();
        let task = harness.add(rules, snoozes(seconds(600)));
        sleep(seconds(1)).await;
        let status = task.status();
        assert!(matches!(status.phase, Phase::Sleeping { attempt: 1, .. }), "{status:?}");
        assert_eq!(status.next_attempt.expect("it is known") - Instant::now(), seconds(599));
        sleep(seconds(700)).await;
        let event_log = harness.finish().await;
        assert_eq!(event_log.starts_of(&task), [Duration::ZERO, seconds(600)]);
        assert_eq!(
            event_log.of(&task)[..5],
            ["added", "started 1", "snoozed 1: 600s", "started 2", "succeeded 2"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_snooze_keeps_the_streak_and_is_no_failure() {
    // Fails, snoozes, and so on: the third failure in a row is the last one that is allowed.
    let task = attempts(|context| async move {
        if context.attempt() % 2 == 0 { context.snooze(SECOND) } else { Err(TaskError::fail("down")) }
    });
    let finished = end(Rules::on_failure().constant_backoff(SECOND).max_retries(2), task).await;
    assert_eq!((finished.failure().attempt(), finished.task.status().failures), (5, 3));
    assert_eq!(finished.event_log.count(EventName::Snoozed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_snooze_keeps_the_window_and_does_not_count_in_it() {
    let task = attempts(|context| async move {
        if context.attempt() % 2 == 0 { context.snooze(SECOND) } else { Err(TaskError::fail("down")) }
    });
    let finished = end(Rules::on_failure().constant_backoff(SECOND).max_failures(2, HOUR), task).await;
    assert_eq!(finished.failure().attempt(), 5);
    assert!(finished.trace().contains(&"gave_up after 3 in 3600s".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_ready_task_that_snoozes_stays_ready_for_its_dependents() {
    let harness = Harness::new();
    let feed = TaskFn::arc("feed", |context: TaskContext| async move {
        if context.attempt() == 1 { Ok(()) } else { context.snooze(SECOND) }
    });
    let feed = harness.spec(Rules::always().delay(SECOND).ready(Readiness::Success), feed);
    let feed = harness.add_task(feed).expect("it is accepted");
    let poll = TaskFn::arc("poll", || async {
        sleep(SECOND).await;
        Ok(())
    });
    let spec = harness.spec(Rules::always().delay(SECOND), poll).with_needs(["feed"]);
    let poll = harness.add_task(spec).expect("it is accepted");
    sleep(millis(1)).await;
    let since = feed.status().ready_since;
    assert!(since.is_some());
    sleep(seconds(100)).await;
    assert!(feed.status().attempt > 50);
    assert_eq!(feed.status().ready_since, since);
    assert!(poll.status().attempt > 20, "{:?}", poll.status());
    let event_log = harness.finish().await;
    assert_eq!(event_log.times_of(&feed, EventName::Ready).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_snooze_is_no_success_and_makes_nothing_ready() {
    let harness = Harness::new();
    let task = attempts(|context| async move { context.snooze(SECOND) });
    let task = harness.add(Rules::on_failure().ready(Readiness::Success), task);
    sleep(seconds(100)).await;
    assert_eq!(task.status().ready_since, None);
    assert_eq!(harness.finish().await.count(EventName::Ready), 0);
}

#[tokio::test(start_paused = true)]
async fn a_snooze_of_zero_starts_again_at_once() {
    let finished = end(Rules::never(), snoozes(Duration::ZERO)).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.starts(), [Duration::ZERO; 2]);
}

#[tokio::test(start_paused = true)]
async fn the_longest_snooze_sleeps_until_the_task_is_stopped() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), snoozes(Duration::MAX));
    sleep(100_000 * HOUR).await;
    assert!(task.status().phase.is_sleeping(), "{:?}", task.status());
    harness.cancel(&task);
    let outcome = harness.outcome(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { cause: StopCause::Cancel, .. }), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_or_a_panic_after_the_call_wins() {
    let task = attempts(|context| async move {
        let _: () = context.snooze(HOUR);
        match context.attempt() {
            1 => Err(TaskError::fail("down")),
            2 => panic!("oh"),
            _ => Err(TaskError::fatal("broken")),
        }
    });
    let finished = end(Rules::on_failure().constant_backoff(SECOND), task).await;
    assert_eq!(finished.event_log.count(EventName::Snoozed), 0);
    assert_eq!(finished.starts(), [seconds(0), seconds(1), seconds(2)]);
}

#[tokio::test(start_paused = true)]
async fn the_last_call_of_an_attempt_decides() {
    let task = attempts(|context| async move {
        let _: () = context.done();
        let _: () = context.snooze(HOUR);
        if context.attempt() == 1 { context.snooze(SECOND) } else { context.done() }
    });
    let finished = end(Rules::always().may_be_done(), task).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.starts(), [Duration::ZERO, SECOND]);
}

#[tokio::test(start_paused = true)]
async fn a_call_for_an_attempt_that_has_ended_has_no_effect() {
    let harness = Harness::new();
    let (send, mut contexts) = tokio::sync::mpsc::unbounded_channel();
    let task = attempts(move |context| {
        let send = send.clone();
        async move {
            send.send(context.clone()).expect("the test receives");
            sleep(seconds(10)).await;
            if context.attempt() == 1 { Err(TaskError::fail("down")) } else { Ok(()) }
        }
    });
    let task = harness.add(Rules::on_failure().constant_backoff(SECOND), task);
    let first = contexts.recv().await.expect("attempt 1");
    let _second = contexts.recv().await.expect("attempt 2");
    let _: () = first.done();
    let _: () = first.snooze(HOUR);
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(task.status().attempt, 2);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_snooze_after_an_interrupt_has_no_effect() {
    let harness = Harness::new();
    let task = attempts(|context| async move {
        context.cancelled().await;
        context.snooze(HOUR)
    });
    let task = harness.add(Rules::never(), task);
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("it runs");
    harness.settle().await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    assert_eq!(harness.finish().await.count(EventName::Snoozed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_snooze_during_a_stop_has_no_effect() {
    let task = attempts(|context| async move {
        context.cancelled().await;
        context.snooze(HOUR)
    });
    let finished = stop(Rules::always(), task).await;
    assert!(matches!(finished.outcome, Outcome::Canceled { cause: StopCause::Cancel, .. }));
    assert_eq!(finished.trace()[1..4], ["started 1", "canceled 1", "ended canceled by a cancel"]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_ends_a_snooze() {
    let harness = Harness::new();
    let task = harness.add(Rules::never(), snoozes(HOUR));
    sleep(SECOND).await;
    harness.restart(&task).expect("it sleeps");
    assert!(harness.outcome(&task).await.is_completed());
    assert_eq!(harness.finish().await.starts_of(&task), [Duration::ZERO, SECOND]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_outage_does_not_end_a_snooze() {
    let harness = Harness::new();
    let db = Connection::add(&harness, "db");
    harness.trace().set_rules("db", Rules::on_failure().without_backoff());
    let spec = harness.spec(Rules::never(), snoozes(HOUR)).with_needs(["db"]);
    let task = harness.add_task(spec).expect("it is accepted");
    db.order(Order::Ready);
    sleep(SECOND).await;
    assert!(task.status().phase.is_sleeping());
    db.order(Order::Fail);
    sleep(SECOND).await;
    db.order(Order::Ready);
    sleep(seconds(60)).await;
    assert!(task.status().phase.is_sleeping(), "{:?}", task.status());
    assert_eq!(task.status().attempt, 1);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_snooze_gives_the_permit_back() {
    let harness = one_at_a_time();
    let task = harness.add(Rules::never(), snoozes(HOUR));
    harness.settle().await;
    let other = TaskFn::arc("other", || async { Ok(()) });
    let other = harness.add(Rules::never(), other);
    assert!(harness.outcome(&other).await.is_completed());
    assert!(task.status().phase.is_sleeping());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_function_without_a_result_snoozes_too() {
    let supervisor = taskvisor::Supervisor::default();
    async fn body(context: TaskContext) {
        if context.attempt() == 1 {
            context.snooze(HOUR)
        }
    }
    let task = TaskFn::arc("work", |context: TaskContext| async move {
        body(context).await;
        Ok(())
    });
    let task = supervisor.add_task(TaskSpec::once(task)).expect("it is accepted");
    assert!(task.outcome().await.is_completed());
    assert_eq!(task.status().attempt, 2);
}
