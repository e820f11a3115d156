//! Requests during the overtime of an attempt: it has exceeded a limit, and has its `stop_timeout` to return.

use std::time::Duration;

use taskvisor::{EventName, FailureKind, Outcome, Phase, StopCause, TaskHandle};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

use crate::support::*;

const HOUR: Duration = Duration::from_secs(3_600);

/// Times out after 10 s, and has 5 s to return.
fn rules() -> Rules {
    Rules::on_failure().timeout(seconds(10)).stop_timeout(seconds(5)).constant_backoff(HOUR)
}

/// A task in its overtime, one second after its timeout. Its second attempt hangs.
async fn in_overtime(harness: &Harness, rules: Rules, step: Step) -> TaskHandle {
    let task = harness.add(rules, Script::task("work", [step, Step::Hang]));
    sleep(seconds(11)).await;
    assert!(
        matches!(task.status().phase, Phase::Running { attempt: 1, overdue: false, .. }),
        "{:?}",
        task.status()
    );
    task
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_replaces_the_limit() {
    let harness = Harness::new();
    let task = in_overtime(&harness, rules(), Step::Hang).await;
    harness.cancel(&task);
    assert_eq!(harness.outcome(&task).await, Outcome::Aborted);
    let event_log = harness.finish().await;
    // It has the earlier deadline or the one of the stop: a stop request begins the time anew.
    assert_eq!(event_log.count(EventName::TimedOut), 0);
    let aborted = event_log.times_of(&task, EventName::Aborted);
    assert!(aborted == [seconds(15)] || aborted == [seconds(16)], "{aborted:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_returns_after_a_stop_request_is_canceled() {
    let harness = Harness::new();
    let task = attempts(|context| async move {
        context.cancelled().await;
        sleep(seconds(3)).await;
        assert_eq!(context.stop_cause(), Some(StopCause::Cancel));
        assert_eq!(context.interrupt_cause(), None);
        Ok(())
    });
    let task = harness.add(rules(), task);
    sleep(seconds(11)).await;
    harness.cancel(&task);
    let outcome = harness.outcome(&task).await;
    assert!(
        matches!(outcome, Outcome::Canceled { cause: StopCause::Cancel, last_error: None, .. }),
        "{outcome}"
    );
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_ends_the_overtime_in_order() {
    let harness = Harness::new();
    let task = in_overtime(&harness, rules().finishes_on_shutdown(), Step::Hang).await;
    harness.handle().stop();
    harness.trace().stop_requested(&task);
    let before = Instant::now();
    let outcome = harness.outcome(&task).await;
    assert!(before.elapsed() <= seconds(6), "{outcome} after {:?}", before.elapsed());
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_keeps_the_limit_and_pauses_afterwards() {
    let harness = Harness::new();
    let task = in_overtime(&harness, rules(), Step::Hang).await;
    assert_eq!(harness.pause(&task), Ok(true));
    sleep(seconds(5)).await;
    let status = task.status();
    assert!(status.phase.is_paused(), "{status:?}");
    assert_eq!((status.attempt, status.failures), (1, 1));
    assert_eq!(task.resume(), Ok(true));
    harness.settle().await;
    assert_eq!(task.status().attempt, 2);
    assert_eq!(harness.finish().await.times_of(&task, EventName::TimedOut), [seconds(15)]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_cause_and_the_earlier_deadline() {
    let harness = Harness::new();
    let task = in_overtime(&harness, rules(), Step::Hang).await;
    harness.restart(&task).expect("it runs");
    sleep(millis(4_001)).await;
    let event_log = harness.trace().so_far();
    assert_eq!(event_log.times_of(&task, EventName::TimedOut), [seconds(15)]);
    assert_eq!(event_log.count(EventName::Interrupted), 0);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_after_an_interrupt_is_no_failure() {
    let harness = Harness::new();
    let task = harness.add(rules(), Script::task("work", [Step::Hang, Step::Hang]));
    sleep(seconds(9)).await;
    harness.restart(&task).expect("it runs");
    // Past the timeout at 10 s: the earlier deadline is that of the restart.
    sleep(seconds(4)).await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 1, .. }), "{:?}", task.status());
    sleep(millis(1_001)).await;
    assert!(matches!(task.status().phase, Phase::Running { attempt: 2, .. }), "{:?}", task.status());
    assert_eq!(task.status().failures, 0);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn snooze_and_done_after_the_limit_have_no_effect() {
    for is_done in [false, true] {
        let task = attempts(move |context| async move {
            context.cancelled().await;
            if is_done { context.done() } else { context.snooze(HOUR) }
        });
        let finished = end(Rules::never().timeout(SECOND).stop_timeout(SECOND), task).await;
        assert_eq!(finished.failure().kind(), FailureKind::Timeout);
        assert_eq!(finished.event_log.count(EventName::Snoozed), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_in_two_steps_is_counted_once() {
    let finished = end(
        rules().constant_backoff(SECOND).stable_after(seconds(10)).max_failures(1, HOUR),
        Script::task("work", [Step::FailWhenStopped("closing")]),
    )
    .await;
    assert_eq!(finished.failure().kind(), FailureKind::Timeout);
    let status = finished.task.status();
    assert_eq!(
        (status.attempt, status.failures, status.total_failures),
        (2, 1, 2),
        "each of them was stable"
    );
}
