//! Submissions of every kind from several threads into a few slots: every handle resolves, and the counts add up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use taskvisor::{ControllerSpec, RuntimeError, SupervisorHandle, TaskFn, TaskHandle, TaskRef};
use tests::{Rules, Script, Step};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::support::*;

const SLOTS: [&str; 3] = ["one", "two", "three"];
const THREADS: usize = 4;
const EACH: usize = 250;
const KINDS: usize = 8;

/// A submission of one kind. Its name stands for its rules.
fn submission(number: usize) -> (Rules, TaskRef) {
    let never = Rules::never();
    match number % KINDS {
        0 => (never, one_attempt("returns")),
        1 => (
            Rules::on_failure().without_backoff(),
            Script::task("retries", [Step::Fail("once"), Step::Succeed]),
        ),
        2 => (
            Rules::on_failure().without_backoff().max_retries(2),
            Script::task("fails", [Step::Fail("always")]),
        ),
        3 => (never, Script::task("panics", [Step::Panic("a body panics")])),
        4 => (never.timeout(Duration::from_millis(1)), Script::task("times out", [Step::Hang])),
        5 => (never, TaskFn::arc("blocks", || async { spin() })),
        6 => (never, TaskFn::arc("yields", || async { yields().await })),
        // Ends only when it is canceled, replaced or cleared.
        _ => (never, cooperative("waits")),
    }
}

/// Blocks the thread shortly.
fn spin() -> Result<(), taskvisor::TaskError> {
    for _ in 0..20_000 {
        std::hint::spin_loop();
    }
    Ok(())
}

async fn yields() -> Result<(), taskvisor::TaskError> {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Submits every kind to every slot with every admission. Cancels some, and clears a slot now and then.
///
/// A submission that waits for a stop is canceled after the next one, unless that one has stopped it.
fn submit_all(
    supervisor: &SupervisorHandle,
    first: usize,
    mut accepted: impl FnMut(),
) -> Vec<(TaskHandle, &'static str)> {
    let mut tasks: Vec<(TaskHandle, &str)> = Vec::new();
    for number in first..first + EACH {
        let (rules, task) = submission(number);
        let slot = SLOTS[number % SLOTS.len()];
        let admission = ALL[number / KINDS % ALL.len()];
        let submission = ControllerSpec::new(rules.spec(task), admission).with_slot(slot);
        match supervisor.submit(submission) {
            Ok(task) => {
                if let Some((waits, _)) = tasks.last().filter(|(before, _)| before.name() == "waits") {
                    waits.cancel();
                }
                if number % 9 == 0 {
                    task.cancel();
                }
                tasks.push((task, slot));
                accepted();
            }
            Err(error) => match error.reason() {
                RuntimeError::Busy { .. } | RuntimeError::RuntimeGone | RuntimeError::ShuttingDown => {}
                other => panic!("{other}"),
            },
        }
        if number % 100 == 99 {
            supervisor.clear_slot(slot);
        }
        thread::yield_now();
    }
    tasks
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Cancels what ends in no other way.
fn cancel_waiting(tasks: &[(TaskHandle, &str)]) {
    for (task, _) in tasks.iter().filter(|(task, _)| task.name() == "waits") {
        task.cancel();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_submissions_of_every_kind_are_counted_once() {
    let mut all = Vec::new();
    for _ in 0..10 {
        let harness = limited(THREADS * EACH, THREADS * EACH);
        for number in 0..KINDS {
            let (rules, task) = submission(number);
            harness.trace().set_rules(task.name(), rules);
        }
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let supervisor = harness.handle();
                thread::spawn(move || submit_all(&supervisor, thread * EACH, || {}))
            })
            .collect();
        let tasks: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        cancel_waiting(&tasks);
        let mut outcomes = Vec::new();
        for (task, slot) in &tasks {
            harness.watch_in(slot, task);
            outcomes.push(outcome_of(task).await);
        }
        assert!(harness.slots().is_empty());
        assert!(harness.tasks().is_empty());
        let (report, _) = harness.try_finish().await;
        assert_eq!(reported(&report.expect("in order")), counts(&outcomes));
        all.extend(outcomes);
    }
    // How many run before they are withdrawn depends on the schedule.
    let [completed, canceled, failed, ..] = counts(&all);
    assert!(completed > 0 && canceled > 0 && failed > 0, "too few submissions ran: {:?}", counts(&all));
}

/// Nothing is recorded here, because the recorder is lost with the runtime too.
#[tokio::test]
async fn submissions_resolve_if_their_runtime_is_dropped_meanwhile() {
    for round in 0..20 {
        let lost = runtime();
        let supervisor = taskvisor::Supervisor::builder(taskvisor::Config::default())
            .controller(|controller| controller.with_per_slot(THREADS * EACH).with_total(THREADS * EACH));
        let supervisor = supervisor.runtime(lost.handle().clone()).build();
        let (accepted, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (supervisor, accepted) = (supervisor.handle(), Arc::clone(&accepted));
                let enough = Arc::clone(&enough);
                thread::spawn(move || {
                    submit_all(&supervisor, thread * EACH, || {
                        if accepted.fetch_add(1, Ordering::Relaxed) == round * 30 {
                            enough.notify_one();
                        }
                    })
                })
            })
            .collect();
        enough.notified().await;
        // Dropping a runtime blocks, so that it needs a thread where blocking is allowed.
        thread::spawn(move || drop(lost)).join().expect("the runtime can be dropped");
        let tasks: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        for (task, _) in &tasks {
            assert!(crate::poll_once::now(task.outcome()).is_some(), "{:?}", task.status());
        }
        assert!(supervisor.slots().is_empty());
        assert!(supervisor.tasks().is_empty());
    }
}
