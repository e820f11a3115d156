//! Submissions that leave the queue of their slot before they run: each ends once, after the destructor of its value.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use taskvisor::{
    Admission, Config, ControllerSpec, Outcome, Phase, Rejection, StopCause, Supervisor, TaskFn, TaskHandle,
    TaskRef,
};
use tests::{Harness, Rules};
use tokio::runtime::Builder;
use tokio::sync::Notify;

use crate::support::*;

/// A value whose destructor reports its thread and waits until the test lets it go on.
struct Blocking {
    caller: ThreadId,
    began: Sender<ThreadId>,
    go_on: Mutex<Receiver<()>>,
    ended: Arc<AtomicBool>,
}

impl Drop for Blocking {
    fn drop(&mut self) {
        let current = thread::current().id();
        let _ = self.began.send(current);
        // On the thread of the caller it would wait for itself: the test fails by the reported thread.
        if current != self.caller {
            let _ = self.go_on.lock().expect("not poisoned").recv();
        }
        self.ended.store(true, Ordering::SeqCst);
    }
}

/// A task that owns this value.
fn holding<T: Send + Sync + 'static>(value: T) -> TaskRef {
    TaskFn::arc("withdrawn", move || {
        let _value = &value;
        async { Ok(()) }
    })
}

fn is_ended(task: &TaskHandle) -> bool {
    matches!(task.status().phase, Phase::Ended(_))
}

/// Submits a task that waits for its slot, withdraws it with `withdraw`, and returns its outcome.
async fn withdrawn_by(admission: Admission, withdraw: impl FnOnce(&Harness, &TaskHandle)) -> Outcome {
    let harness = Harness::new();
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    // It ignores stop requests, so that no submission leaves the queue to run.
    let owner = TaskFn::arc("owner", move || {
        let released = Arc::clone(&released);
        async move {
            released.notified().await;
            Ok(())
        }
    });
    owns(&harness, owner).await;
    let ((began, has_begun), (go_on, may_go_on)) = (channel(), channel());
    let (caller, ended) = (thread::current().id(), Arc::new(AtomicBool::new(false)));
    let value = Blocking { caller, began, go_on: Mutex::new(may_go_on), ended: Arc::clone(&ended) };
    let task = submit(&harness, admission, holding(value));
    withdraw(&harness, &task);
    let thread = has_begun.recv().expect("the value is dropped");
    assert_ne!(thread, caller, "the destructor ran on the thread of the caller");
    assert!(!is_ended(&task), "the outcome is visible before the destructor has returned");
    go_on.send(()).expect("the destructor waits");
    let outcome = outcome_of(&task).await;
    assert!(ended.load(Ordering::SeqCst));
    release.notify_one();
    let event_log = harness.finish().await;
    let lines = event_log.of(&task);
    assert!(!lines.iter().any(|line| line.starts_with("admitted") || line.starts_with("started")));
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_submission_ends_after_its_destructor() {
    for admission in [Queue, Replace, Latest] {
        let outcome = withdrawn_by(admission, |_, task| assert!(task.cancel())).await;
        assert!(is_canceled(&outcome, StopCause::Cancel), "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cleared_submission_ends_after_its_destructor() {
    let outcome = withdrawn_by(Queue, |harness, _| assert!(harness.clear_slot(SLOT))).await;
    assert!(is_rejected(&outcome, Rejection::Cleared), "{outcome}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_superseded_submission_ends_after_its_destructor() {
    for admission in [Replace, Latest] {
        let outcome = withdrawn_by(admission, |harness, _| {
            submit(harness, admission, one_attempt("newer"));
        });
        let outcome = outcome.await;
        assert!(is_rejected(&outcome, Rejection::Superseded), "{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_at_a_shutdown_ends_after_its_destructor() {
    let outcome = withdrawn_by(Queue, |harness, _| harness.stop()).await;
    assert!(is_rejected(&outcome, Rejection::ShuttingDown), "{outcome}");
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor panics");
    }
}

#[tokio::test(start_paused = true)]
async fn a_destructor_that_panics_does_not_harm_its_batch() {
    for exploding in 0..5 {
        let (harness, _) = owned_slot(cooperative("owner")).await;
        let kept = Arc::new(());
        let tasks: Vec<_> = (0..5)
            .map(|number| {
                let held = Arc::clone(&kept);
                let value = if number == exploding { holding((Bomb, held)) } else { holding(held) };
                submit(&harness, Queue, value)
            })
            .collect();
        assert!(harness.clear_slot(SLOT));
        for task in &tasks {
            let outcome = in_time(task.outcome()).await;
            assert!(is_rejected(&outcome, Rejection::Cleared), "{outcome}");
        }
        assert_eq!(Arc::strong_count(&kept), 1, "a value was not dropped");
        harness.finish().await;
    }
}

/// On a current-thread runtime, the supervisor sees the end of the runtime before the lane is dropped. On several workers,
/// some lanes are dropped before.
///
/// Nothing is recorded here, because the recorder is lost with the runtime too.
#[test]
fn a_dropped_runtime_aborts_ten_thousand_waiting_submissions() {
    let current_thread = Builder::new_current_thread().build().expect("a runtime");
    let workers = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    for (runtime, slots) in [(current_thread, 1), (workers, 4)] {
        let supervisor = Supervisor::builder(Config::default())
            .controller(|controller| controller.with_per_slot(10_000).with_total(40_000));
        let supervisor = supervisor.runtime(runtime.handle().clone()).build();
        let kept = Arc::new(());
        let mut tasks = Vec::new();
        for slot in 0..slots {
            let mut submit = |task| {
                let submission = ControllerSpec::queue(Rules::never().spec(task));
                let submitted = supervisor.submit(submission.with_slot(format!("slot {slot}")));
                tasks.push(submitted.expect("there is room"));
            };
            submit(cooperative("owner"));
            for _ in 0..10_000 {
                submit(holding(Arc::clone(&kept)));
            }
        }
        drop(runtime);
        for task in &tasks {
            let outcome = crate::poll_once::now(task.outcome()).expect("it has ended with the runtime");
            assert!(outcome.is_aborted(), "{outcome}");
        }
        assert_eq!(Arc::strong_count(&kept), 1, "a value was not dropped");
        assert!(supervisor.slots().is_empty());
        assert!(supervisor.tasks().is_empty());
    }
}
