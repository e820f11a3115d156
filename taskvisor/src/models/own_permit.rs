//! Models of the permit of a declaration in front of that of the supervisor, with the shipped actors.
//!
//! Loom does not see inside Tokio's semaphore: see `dependency_gates`. An actor locks its cell before and after it polls the permits. A
//! model that releases a permit therefore locks the cell of a waiter first, in one step with the release.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use loom::thread;
use loom::thread::JoinHandle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::world::{Added, World, at_once};
use super::{explore_within, join};
use crate::error::TaskError;
use crate::policy::{Config, RareOptions};
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::limits::AttemptLimits;
use crate::supervisor::TaskHandle;
use crate::sync::{AtomicUsize, Ordering};
use crate::task::Outcome;

/// A declaration and a supervisor with one permit each.
struct Permits {
    world: World,
    limits: Arc<AttemptLimits>,
}

impl Permits {
    fn new() -> Self {
        let world = World::with(Config::default().with_max_concurrent(1), Vec::new());
        let limits = world.limits(RareOptions { max_concurrent: Some(1), ..RareOptions::default() });
        Self { world, limits }
    }

    fn own(&self) -> &Arc<Semaphore> {
        self.limits.permits().expect("they are limited")
    }

    fn of_supervisor(&self) -> &Arc<Semaphore> {
        self.world.shared.permits.as_ref().expect("they are limited")
    }

    /// Adds a task of the declaration.
    fn add(&self, name: &'static str, body: ErasedBody) -> Added {
        self.world.add_limited(&self.limits, name, body)
    }

    /// Adds a task without limits of its own.
    fn other(&self) -> Added {
        self.world.add("other", at_once()).expect("the name is free")
    }

    fn available(&self) -> [usize; 2] {
        [self.own(), self.of_supervisor()].map(|permits| permits.available_permits())
    }

    fn assert_released(&self) {
        assert_eq!(self.available(), [1, 1], "a permit was not released");
    }
}

fn take(permits: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    Arc::clone(permits).try_acquire_owned().expect("no attempt runs")
}

/// Releases the permit in one step with the lock of a task that waits for it.
fn release(waiter: &TaskHandle, permit: OwnedSemaphorePermit) {
    let _ = waiter.status();
    drop(permit);
}

fn spawn(tasks: [Added; 2]) -> ([TaskHandle; 2], [JoinHandle<Outcome>; 2]) {
    let handles = [tasks[0].handle.clone(), tasks[1].handle.clone()];
    (handles, tasks.map(Added::spawn))
}

/// A body that fails if another attempt of the model runs.
fn alone(running: &Arc<AtomicUsize>) -> ErasedBody {
    let running = Arc::clone(running);
    erase(move |_| {
        let before = running.fetch_add(1, Ordering::AcqRel);
        running.fetch_sub(1, Ordering::AcqRel);
        async move { if before == 0 { Ok(()) } else { Err(TaskError::fatal("two attempts overlap")) } }
    })
}

/// Two tasks of a declaration × a task beside them × `restart` of the first one × `cancel` of it: no attempts overlap, all tasks end, and
/// both permits are released.
#[test]
fn two_limits_an_interrupt_and_a_stop_lose_no_permit() {
    for stops in [false, true] {
        explore_within(2, move || {
            let permits = Permits::new();
            let running = Arc::new(AtomicUsize::new(0));
            let tasks = ["first", "second"].map(|name| permits.add(name, alone(&running)));
            let ([first, _], ended) = spawn(tasks);
            let other = permits.other().spawn();
            let _ = first.restart();
            if stops {
                first.cancel();
            }
            let [first, second] = ended.map(join);
            assert!(first.is_completed() || (stops && first.is_canceled()), "{first}");
            assert!(second.is_completed(), "{second}");
            assert!(join(other).is_completed());
            permits.assert_released();
        });
    }
}

/// `interrupt` × two waiters for the permit of their declaration × its release: the permit reaches the second one, even if it was handed
/// to the first one.
fn explore_handed_permit(interrupt: fn(&TaskHandle)) {
    explore_within(2, move || {
        let permits = Permits::new();
        let held = take(permits.own());
        let ([first, _], [first_end, second_end]) =
            spawn(["first", "second"].map(|name| permits.add(name, at_once())));
        let interrupting = {
            let first = first.clone();
            thread::spawn(move || interrupt(&first))
        };
        release(&first, held);
        assert!(join(second_end).is_completed());
        join(interrupting);
        first.cancel();
        let end = join(first_end);
        assert!(end.is_completed() || end.is_canceled(), "{end}");
        permits.assert_released();
    });
}

#[test]
fn a_permit_handed_to_a_canceled_waiter_reaches_the_next() {
    explore_handed_permit(|first| {
        first.cancel();
    });
}

#[test]
fn a_permit_handed_to_a_paused_waiter_reaches_the_next() {
    explore_handed_permit(|first| {
        let _ = first.pause();
    });
}

#[test]
fn a_permit_handed_to_a_restarted_waiter_reaches_the_next() {
    explore_handed_permit(|first| {
        let _ = first.restart();
    });
}

/// `interrupt` × a task that holds the permit of its declaration and waits for that of the supervisor × another task of the declaration ×
/// the release: the other task begins.
fn explore_held_permit(interrupt: fn(&TaskHandle)) {
    explore_within(2, move || {
        let permits = Permits::new();
        let held = take(permits.of_supervisor());
        let ([first, _], [first_end, second_end]) =
            spawn(["first", "second"].map(|name| permits.add(name, at_once())));
        interrupt(&first);
        release(&first, held);
        assert!(join(second_end).is_completed());
        first.cancel();
        let end = join(first_end);
        assert!(end.is_completed() || end.is_canceled(), "{end}");
        permits.assert_released();
    });
}

#[test]
fn a_stopped_waiter_for_the_supervisor_passes_its_own_permit_on() {
    explore_held_permit(|first| {
        first.cancel();
    });
}

#[test]
fn a_paused_waiter_for_the_supervisor_passes_its_own_permit_on() {
    explore_held_permit(|first| {
        let _ = first.pause();
    });
}

/// `cancel` × a task that is handed its permits: they are released before the destructor of its body runs, unless an attempt began.
#[test]
fn a_stopped_task_releases_its_permits_before_its_destructors() {
    struct Checks {
        permits: Arc<Permits>,
        began: Arc<AtomicBool>,
        held: Arc<AtomicBool>,
    }

    impl Drop for Checks {
        fn drop(&mut self) {
            // A panic of a destructor would be contained.
            let is_held = self.permits.available() != [1, 1] && !self.began.load(Ordering::SeqCst);
            self.held.fetch_or(is_held, Ordering::SeqCst);
        }
    }

    explore_within(3, || {
        let permits = Arc::new(Permits::new());
        let held = take(permits.own());
        let [began, held_late] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let checks =
            Checks { permits: Arc::clone(&permits), began: Arc::clone(&began), held: Arc::clone(&held_late) };
        let body = erase(move |_| {
            checks.began.store(true, Ordering::SeqCst);
            async { Ok(()) }
        });
        let task = permits.add("task", body);
        let handle = task.handle.clone();
        let ended = task.spawn();
        release(&handle, held);
        handle.cancel();
        let end = join(ended);
        assert!(end.is_canceled() || began.load(Ordering::SeqCst), "{end}");
        assert!(!held_late.load(Ordering::SeqCst), "a permit was held while the destructor ran");
        permits.assert_released();
    });
}
