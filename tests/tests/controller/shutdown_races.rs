//! Submissions that race a shutdown: each is refused, or accepted with an outcome, and the counts add up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use taskvisor::{ControllerSpec, EventName, Outcome, Rejection, RuntimeError, StopCause, TaskHandle};
use tests::{Harness, Rules};
use tokio::sync::Notify;

use crate::support::*;

/// Submits to a few slots with every admission until the shutdown refuses a submission.
fn submit_until_refused(
    supervisor: &taskvisor::SupervisorHandle,
    accepted: &AtomicUsize,
    enough: &Notify,
) -> Vec<(TaskHandle, String)> {
    let mut tasks = Vec::new();
    for number in 0_usize.. {
        let slot = format!("slot-{}", number % 3);
        let spec =
            Rules::never().spec(if number % 5 == 0 { cooperative("work") } else { one_attempt("work") });
        let submission = ControllerSpec::new(spec, ALL[number % 4]).with_slot(slot.as_str());
        match supervisor.submit(submission) {
            Ok(task) => {
                tasks.push((task, slot));
                if accepted.fetch_add(1, Ordering::Relaxed) == 400 {
                    enough.notify_one();
                }
            }
            Err(error) => match error.reason() {
                RuntimeError::ShuttingDown => break,
                RuntimeError::Busy { .. } | RuntimeError::QueueFull { .. } => {}
                other => panic!("{other}"),
            },
        }
    }
    tasks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_threads_submit_against_a_shutdown_and_the_counts_add_up() {
    for _ in 0..25 {
        let harness = Harness::new();
        let keeper = harness.spec(Rules::never(), cooperative("keeper"));
        harness.trace().set_rules("work", Rules::never());
        let (accepted, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (supervisor, accepted, enough) =
                    (harness.handle(), Arc::clone(&accepted), Arc::clone(&enough));
                thread::spawn(move || submit_until_refused(&supervisor, &accepted, &enough))
            })
            .collect();
        let report = harness.run_until(vec![keeper], enough.notified()).await.expect("in order");
        let tasks: Vec<_> =
            threads.into_iter().flat_map(|thread| thread.join().expect("no submission panics")).collect();
        let mut outcomes = vec![Outcome::canceled(StopCause::Shutdown)];
        for (task, slot) in &tasks {
            harness.watch_in(slot, task);
            outcomes.push(task.outcome().await);
        }
        for outcome in &outcomes {
            let expected = match outcome {
                Outcome::Completed => true,
                Outcome::Canceled { cause, .. } => matches!(cause, StopCause::Shutdown | StopCause::Replace),
                Outcome::Rejected(why) => matches!(why, Rejection::ShuttingDown | Rejection::Superseded),
                _ => false,
            };
            assert!(expected, "{outcome}");
        }
        assert_eq!(reported(&report), counts(&outcomes));
        assert!(harness.slots().is_empty());
        assert!(harness.tasks().is_empty());
        let event_log = harness.finish().await;
        assert_eq!(event_log.count(EventName::Added), tasks.len() + 1);
    }
}
