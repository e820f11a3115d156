//! Models of the gate of dependencies in front of the permits, with the shipped actors.
//!
//! Loom does not see inside Tokio's semaphore: a permit is acquired or released in one step with the lock before it, and only steps that
//! lock the same mutex are explored in both orders. The dependents therefore need two tasks, `db` and `token`. The gate reads `token` last,
//! in one step with the permit, and a model that releases the permit locks `token` first. So the loss of `db` and the release fit
//! between the read of `db` and the permit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use loom::thread;
use tokio::sync::OwnedSemaphorePermit;

use super::dependency::{become_ready, end, lose};
use super::world::{Added, World, at_once};
use super::{block_on, explore_within, join};
use crate::error::TaskError;
use crate::policy::Config;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::cell::{TaskCell, TaskEnd};
use crate::supervisor::TaskHandle;
use crate::task::{Outcome, StopCause};

/// Two needed tasks that are ready, and the only permit of their supervisor.
struct Gates {
    world: World,
    db: Arc<TaskCell>,
    token: Arc<TaskCell>,
    permit: Option<OwnedSemaphorePermit>,
    /// Whether `db` was lost before the permit was released, so that no attempt of a dependent may begin.
    is_closed: Arc<AtomicBool>,
}

impl Gates {
    fn new() -> Self {
        let config = Config::default().with_max_concurrent(1).with_recovery_spread(Duration::ZERO);
        let world = World::with(config, Vec::new());
        let [db, token] = ["db", "token"].map(|name| world.register_cell(name));
        become_ready(&db, world.now);
        become_ready(&token, world.now);
        let permits = Arc::clone(world.shared.permits.as_ref().expect("they are limited"));
        let permit = Some(permits.try_acquire_owned().expect("no attempt runs"));
        Self { world, db, token, permit, is_closed: Arc::default() }
    }

    /// Adds a task that needs both, and completes unless its attempt begins while `is_closed`.
    fn dependent(&self) -> Added {
        let is_closed = Arc::clone(&self.is_closed);
        let body: ErasedBody = erase(move |_| {
            let is_closed = is_closed.load(Ordering::SeqCst);
            async move { if is_closed { Err(TaskError::fatal("it began during the loss")) } else { Ok(()) } }
        });
        self.world.add_needing("dependent", &["db", "token"], body).expect("both are registered")
    }

    /// Adds a task that needs no other.
    fn other(&self) -> Added {
        self.world.add("other", at_once()).expect("the name is free")
    }

    /// Loses `db`, and then releases the permit.
    fn lose_and_release(&mut self) {
        lose(&self.db, self.world.now);
        self.is_closed.store(true, Ordering::SeqCst);
        release(&self.token, self.permit.take());
    }

    /// Makes `db` ready again.
    fn recover(&self) {
        self.is_closed.store(false, Ordering::SeqCst);
        become_ready(&self.db, self.world.now);
    }

    fn assert_released(&self) {
        let permits = self.world.shared.permits.as_ref().map(|permits| permits.available_permits());
        assert_eq!(permits, Some(1), "the permit was not released");
    }
}

/// Releases the permit in one step with the lock of a task.
fn release(token: &TaskCell, permit: Option<OwnedSemaphorePermit>) {
    assert!(token.is_ready());
    drop(permit);
}

/// The gates of a dependent × the loss of a needed task, then the release of the permit × a task that waits for the permit: no attempt
/// begins during the loss, and the permit reaches the other task meanwhile. Afterwards the dependent begins its attempt.
#[test]
fn a_loss_before_the_permit_closes_the_gate() {
    explore_within(4, || {
        let mut gates = Gates::new();
        let dependent = gates.dependent().spawn();
        let other = gates.other().spawn();
        gates.lose_and_release();
        assert!(join(other).is_completed());
        gates.recover();
        let end = join(dependent);
        assert!(end.is_completed(), "{end}");
        gates.assert_released();
    });
}

/// The gates of a dependent × the release of the permit × the loss of a needed task and its end: the attempt begins once, and the
/// permit is released.
#[test]
fn a_loss_beside_the_permit_leaves_no_dependent_asleep() {
    explore_within(4, || {
        let mut gates = Gates::new();
        let dependent = gates.dependent().spawn();
        let releasing = {
            let (token, permit) = (Arc::clone(&gates.token), gates.permit.take());
            thread::spawn(move || release(&token, permit))
        };
        lose(&gates.db, gates.world.now);
        become_ready(&gates.db, gates.world.now);
        join(releasing);
        assert!(join(dependent).is_completed());
        gates.assert_released();
    });
}

/// The gates of a dependent × the end of a needed task, then the release of the permit: the dependent ends at its gate, and the permit
/// reaches the other task.
#[test]
fn an_end_before_the_permit_ends_the_dependent() {
    explore_within(4, || {
        let mut gates = Gates::new();
        let dependent = gates.dependent().spawn();
        let other = gates.other().spawn();
        gates.is_closed.store(true, Ordering::SeqCst);
        end(&gates.world, &gates.db, TaskEnd::Canceled { cause: StopCause::Cancel, failed: false });
        release(&gates.token, gates.permit.take());
        assert!(join(other).is_completed());
        let end = join(dependent);
        assert!(end.is_canceled(), "{end}");
        gates.assert_released();
    });
}

/// The gates of a dependent × the next task of a needed one that has completed, then the release of the permit: the dependent waits for
/// the next one, and the permit reaches the other task meanwhile.
#[test]
fn a_task_that_is_started_again_closes_the_gate() {
    explore_within(3, || {
        let mut gates = Gates::new();
        let dependent = gates.dependent();
        end(&gates.world, &gates.db, TaskEnd::Completed);
        let dependent = dependent.spawn();
        let other = gates.other().spawn();
        gates.db = gates.world.register_cell("db");
        gates.is_closed.store(true, Ordering::SeqCst);
        release(&gates.token, gates.permit.take());
        assert!(join(other).is_completed());
        gates.recover();
        let end = join(dependent);
        assert!(end.is_completed(), "{end}");
        gates.assert_released();
    });
}

/// `interrupt` × a dependent that is handed the permit × the loss of a needed task × a task that waits for the permit: the permit
/// passes on, and the dependent resolves after the loss. Returns the outcomes of the dependent to `check`.
fn explore_handed_permit(interrupt: fn(&TaskHandle), check: fn(&Outcome)) {
    for is_lost in [false, true] {
        // Four threads: each further preemption multiplies the schedules by about ten.
        explore_within(2, move || {
            let mut gates = Gates::new();
            let dependent = gates.dependent();
            let handle = dependent.handle.clone();
            let (dependent, other) = (dependent.spawn(), gates.other().spawn());
            let interrupting = thread::spawn(move || interrupt(&handle));
            if is_lost {
                gates.lose_and_release();
            } else {
                release(&gates.token, gates.permit.take());
            }
            assert!(join(other).is_completed());
            if is_lost {
                gates.recover();
            }
            join(interrupting);
            check(&join(dependent));
            gates.assert_released();
        });
    }
}

#[test]
fn a_permit_of_an_interrupted_dependent_is_not_lost() {
    explore_handed_permit(
        |dependent| {
            let _ = dependent.restart();
        },
        |end| assert!(end.is_completed(), "{end}"),
    );
}

#[test]
fn a_permit_of_a_stopped_dependent_is_not_lost() {
    explore_handed_permit(
        |dependent| {
            dependent.cancel();
        },
        |end| assert!(end.is_completed() || end.is_canceled(), "{end}"),
    );
}

/// `cancel` × a dependent that is handed the permit × its outcome: the permit is released before the outcome is visible.
#[test]
fn a_stopped_dependent_releases_the_permit_before_it_ends() {
    explore_within(4, || {
        let mut gates = Gates::new();
        let Added { handle, actor } = gates.dependent();
        let running = thread::spawn(move || block_on(actor));
        handle.cancel();
        release(&gates.token, gates.permit.take());
        let end = block_on(handle.outcome());
        assert!(end.is_completed() || end.is_canceled(), "{end}");
        gates.assert_released();
        join(running);
    });
}

/// A lane whose submissions need different tasks × one of these that becomes ready: each submission waits for its own.
#[test]
fn the_next_submission_of_a_lane_waits_for_its_own_tasks() {
    explore_within(3, || {
        let world = World::new();
        let [db, token] = ["db", "token"].map(|name| world.register_cell(name));
        become_ready(&db, world.now);
        let body = |needed: &Arc<TaskCell>| {
            let needed = Arc::clone(needed);
            erase(move |_| {
                assert!(needed.is_ready());
                async { Ok(()) }
            })
        };
        let first = world.submit_needing(&["db"], body(&db)).spawn();
        let next = world.submit_needing(&["token"], body(&token)).spawn();
        become_ready(&token, world.now);
        assert!([first, next].map(join).iter().all(Outcome::is_completed));
    });
}
