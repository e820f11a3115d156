//! `fatal_if`: which errors end a task at once. The marks of an error win.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use taskvisor::{EventName, FailureKind, Outcome, ResultExt, TaskError};
use tests::{Harness, Rules, Script, Step};

use crate::support::*;

#[derive(Debug)]
struct Refused {
    forever: bool,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused, forever: {}", self.forever)
    }
}

impl Error for Refused {}

fn is_forever(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.forever)
}

fn always(_: &(dyn Error + 'static)) -> bool {
    true
}

fn rules() -> Rules {
    Rules::on_failure().constant_backoff(SECOND).uses_retry_after()
}

/// Runs a task with `fatal_if` until it ends by itself.
async fn end_with(
    rules: Rules,
    task: taskvisor::TaskRef,
    is_fatal: fn(&(dyn Error + 'static)) -> bool,
) -> Finished {
    let harness = Harness::new();
    let task = add_with(&harness, rules, task, |spec| spec.with_fatal_if(is_fatal));
    let outcome = harness.outcome(&task).await;
    Finished { outcome, task, event_log: harness.finish().await }
}

#[tokio::test(start_paused = true)]
async fn an_error_for_which_it_returns_true_ends_the_task() {
    let task = attempts(|context| async move { Err(Refused { forever: context.attempt() == 3 })? });
    let finished = end_with(rules().max_retries(9), task, is_forever).await;
    assert_eq!((finished.failure().kind(), finished.failure().attempt()), (FailureKind::Fatal, 3));
    assert!(finished.failure().downcast_ref::<Refused>().is_some());
    assert_eq!(finished.event_log.count(EventName::GaveUp), 0);
    assert_eq!(finished.event_log.count(EventName::Backoff), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_called_once_for_each_returned_error() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    fn counts(_: &(dyn Error + 'static)) -> bool {
        CALLS.fetch_add(1, Ordering::Relaxed);
        false
    }
    let steps =
        [Step::Fail("one"), Step::Panic("two"), Step::Cancel, Step::Hang, Step::Fail("five"), Step::Succeed];
    let finished = end_with(rules().timeout(SECOND), Script::task("work", steps), counts).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_retried_although_its_error_is_fatal() {
    let task = attempts(|context| async move {
        match context.attempt() {
            1 => Err(Refused { forever: true }).retry_after(seconds(7))?,
            2 => Err(TaskError::retry_after("busy", seconds(7))),
            _ => Ok(()),
        }
    });
    let finished = end_with(rules(), task, always).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.starts(), [seconds(0), seconds(7), seconds(14)]);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_mark_is_fatal_whatever_it_returns() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    fn never(_: &(dyn Error + 'static)) -> bool {
        CALLS.fetch_add(1, Ordering::Relaxed);
        false
    }
    let task = attempts(|_| async move { Err(Refused { forever: false }).fatal()? });
    let finished = end_with(rules(), task, never).await;
    assert_eq!((finished.failure().kind(), finished.failure().attempt()), (FailureKind::Fatal, 1));
    assert_eq!(CALLS.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_counts_as_false() {
    fn panics(_: &(dyn Error + 'static)) -> bool {
        panic!("in fatal_if")
    }
    let finished = end_with(rules(), Script::task("work", [Step::Fail("one"), Step::Succeed]), panics).await;
    assert!(finished.outcome.is_completed());
    assert_eq!(finished.trace()[2], "failed 1: one");
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_of_an_interrupted_attempt_decides_nothing() {
    let harness = Harness::new();
    let steps = [Step::FailWhenStopped("closing"), Step::Succeed];
    let task = add_with(&harness, rules(), Script::task("work", steps), |spec| spec.with_fatal_if(always));
    harness.reach(&task, 1).await;
    harness.restart(&task).expect("it runs");
    assert!(harness.outcome(&task).await.is_completed());
    assert!(harness.finish().await.of(&task)[2].starts_with("interrupted 1"));
}

#[tokio::test(start_paused = true)]
async fn an_error_after_a_timeout_stays_a_timeout() {
    let harness = Harness::new();
    let steps = [Step::FailWhenStopped("closing"), Step::Succeed];
    let rules = rules().timeout(SECOND).stop_timeout(SECOND);
    let task = add_with(&harness, rules, Script::task("work", steps), |spec| spec.with_fatal_if(always));
    assert!(harness.outcome(&task).await.is_completed());
    assert!(harness.finish().await.of(&task).iter().any(|line| line.starts_with("timed_out 1")));
}

#[tokio::test(start_paused = true)]
async fn a_stop_request_overrides_a_fatal_error() {
    let harness = Harness::new();
    let task = Script::task("work", [Step::FailWhenStopped("closing")]);
    let task = add_with(&harness, rules(), task, |spec| spec.with_fatal_if(always));
    harness.reach(&task, 1).await;
    harness.cancel(&task);
    let outcome = harness.outcome(&task).await;
    assert!(matches!(outcome, Outcome::Canceled { .. }), "{outcome}");
    harness.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_predicate_receives_the_returned_error_and_its_sources() {
    fn has_source(error: &(dyn Error + 'static)) -> bool {
        error.source().is_some_and(|source| source.is::<Refused>())
    }
    #[derive(Debug)]
    struct Outer(Refused);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("outer")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    let task = attempts(|_| async move { Err(Outer(Refused { forever: false }))? });
    let finished = end_with(rules(), task, has_source).await;
    assert_eq!((finished.failure().kind(), finished.failure().attempt()), (FailureKind::Fatal, 1));
}
