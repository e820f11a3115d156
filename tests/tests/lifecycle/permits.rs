//! `max_concurrent`: each attempt holds one permit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taskvisor::{Config, Phase, RuntimeError, TaskFn, TaskRef, WaitingOn};
use tests::{Harness, Rules, Script, Step};
use tokio::time::{Instant, sleep};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn limited(limit: usize) -> Harness {
    Harness::with_config(Config::default().with_max_concurrent(limit))
}

/// The current number of attempts, and the maximum so far.
#[derive(Default)]
struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
}

fn joining(name: String, crowd: &Arc<Crowd>) -> TaskRef {
    let crowd = Arc::clone(crowd);
    TaskFn::arc(name, move || {
        let crowd = Arc::clone(&crowd);
        async move {
            let now = crowd.now.fetch_add(1, Ordering::SeqCst) + 1;
            crowd.most.fetch_max(now, Ordering::SeqCst);
            sleep(seconds(1)).await;
            crowd.now.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    })
}

async fn check_crowd(harness: Harness) {
    let crowd = Arc::default();
    let tasks: Vec<_> = (0..20)
        .map(|number| harness.add(Rules::never(), joining(format!("task-{number}"), &crowd)))
        .collect();
    for task in &tasks {
        assert!(task.outcome().await.is_completed());
    }
    assert_eq!(crowd.most.load(Ordering::SeqCst), 3);
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn permits_bound_concurrency_and_every_attempt_gets_one() {
    let began = Instant::now();
    check_crowd(limited(3)).await;
    assert_eq!(began.elapsed(), seconds(7));
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_released_between_attempts() {
    let harness = limited(1);
    let backoff = Rules::on_failure().constant_backoff(seconds(10));
    let retried = harness.add(backoff, Script::task("retried", [Step::Fail("down"), Step::Succeed]));
    let resting = harness.add(Rules::always().delay(seconds(60)), Script::task("resting", [Step::Succeed]));
    let long = harness.add(Rules::never(), Script::task("long", [Step::SucceedAfter(seconds(5))]));
    assert!(long.outcome().await.is_completed());
    assert!(retried.outcome().await.is_completed());
    harness.cancel(&resting);
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&long), [Duration::ZERO]);
    assert_eq!(event_log.starts_of(&retried), [Duration::ZERO, seconds(10)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_permit_is_canceled_without_an_attempt() {
    let harness = limited(1);
    let holder = harness.add(Rules::never(), Script::task("holder", [Step::SucceedAfter(seconds(10))]));
    let waiting = harness.add(Rules::never(), Script::task("waiting", [Step::Succeed]));
    let next = harness.add(Rules::never(), Script::task("next", [Step::Succeed]));
    harness.settle().await;
    let phase = waiting.status().phase;
    assert!(matches!(phase, Phase::Waiting { on: WaitingOn::Permit { .. }, .. }), "{phase}");
    let requested = Instant::now();
    harness.cancel(&waiting);
    assert!(waiting.outcome().await.is_canceled());
    assert_eq!(requested.elapsed(), Duration::ZERO);
    // The canceled waiter leaves the queue without consuming a permit.
    assert!(next.outcome().await.is_completed());
    assert!(holder.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.of(&waiting), ["added", "ended canceled by a cancel", "removed"]);
    assert_eq!(event_log.starts_of(&next), [seconds(10)]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_permit_is_outside_the_timeout() {
    let harness = limited(1);
    let holder = harness.add(Rules::never(), Script::task("holder", [Step::SucceedAfter(seconds(60))]));
    let rules = Rules::never().timeout(seconds(2));
    let waiting = harness.add(rules, Script::task("waiting", [Step::SucceedAfter(seconds(1))]));
    assert!(waiting.outcome().await.is_completed());
    assert!(holder.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&waiting), [seconds(60)]);
}

#[tokio::test(start_paused = true)]
async fn timeouts_panics_and_aborts_release_the_permit() {
    let harness = limited(1);
    let timed = Rules::never().timeout(seconds(1));
    harness.add(timed, Script::task("times-out", [Step::Hang]));
    harness.add(Rules::never(), Script::task("panics", [Step::Panic("a panic")]));
    let unbuildable: fn() -> std::future::Ready<_> = || panic!("no future");
    harness.add(Rules::never(), TaskFn::arc("unbuildable", unbuildable));
    let aborted = harness.add(Rules::never(), Script::task("is-aborted", [Step::Hang]));
    sleep(seconds(2)).await;
    aborted.cancel_with_grace(seconds(1));
    let last = harness.add(Rules::never(), Script::task("last", [Step::Succeed]));
    assert!(last.outcome().await.is_completed());
    let event_log = harness.finish().await;
    assert_eq!(event_log.starts_of(&last), [seconds(3)]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_zero_is_refused() {
    let harness = limited(0);
    let spec = || harness.spec(Rules::never(), Script::task("never", [Step::Succeed]));
    let refused = harness.add_task(spec()).expect_err("nothing could run");
    assert!(matches!(refused.reason(), RuntimeError::InvalidConfig { .. }), "{refused}");
    let refused = harness.run(vec![spec()]).await.expect_err("nothing could run");
    assert!(matches!(refused, RuntimeError::InvalidConfig { .. }), "{refused}");
    let event_log = harness.finish().await;
    assert!(event_log.ids_of("never").is_empty());
}
