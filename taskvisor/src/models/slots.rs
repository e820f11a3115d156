//! Models of the hand-over of a slot: leave against submit, replace, withdraw, clear and close.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use tokio::time::Instant;

use super::{GRACE, explore, submission};
use crate::cell::{Ask, AskKind, End, TaskCell};
use crate::outcome::{Rejection, StopCause};
use crate::registry::{Limits, Refusal, Registry, Taken};
use crate::slot::Admission;

const LIMITS: Limits = Limits { in_slot: 8, in_all: 8 };

/// The slot, and how many run in it at this moment.
struct World {
    registry: Registry,
    running: AtomicUsize,
    now: Instant,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self { registry: Registry::new(1), running: AtomicUsize::new(0), now: Instant::now() })
    }

    /// Submits as the controller does, and tells those concerned.
    fn submit(&self, admission: Admission) -> Result<Arc<TaskCell>, Refusal> {
        let cell = submission("slot", self.now);
        match self.registry.submit(&cell, admission, LIMITS, self.now)? {
            Taken::Turn => cell.grant_turn(),
            Taken::Waits(waits) => {
                if let Some(superseded) = waits.superseded {
                    superseded.ask(Ask::reject(Rejection::Superseded, self.now));
                }
                if let Some(replaced) = waits.replaced {
                    replaced.ask(Ask::stop(StopCause::Replace, self.now, GRACE));
                }
            }
        }
        Ok(cell)
    }

    /// Does what an actor does: waits for its turn, runs alone, leaves and passes the slot on.
    fn act(&self, cell: &Arc<TaskCell>) -> End {
        let turn = block_on(poll_fn(|context| {
            let asked = cell.enter(context.waker());
            let found = match asked {
                Some(ask) => Poll::Ready(Err(ask)),
                None if cell.has_turn() => Poll::Ready(Ok(())),
                None => Poll::Pending,
            };
            cell.leave();
            found
        }));
        let end = match turn {
            Ok(()) => {
                assert_eq!(self.running.fetch_add(1, Ordering::AcqRel), 0, "two run in one slot");
                self.running.fetch_sub(1, Ordering::AcqRel);
                End::Completed
            }
            Err(Ask { kind: AskKind::Reject(rejection), .. }) => End::Rejected(rejection),
            Err(Ask { cause, .. }) => End::Canceled { cause, failed: false },
        };
        cell.settle(end);
        if let Some(next) = self.registry.leave(cell) {
            next.grant_turn();
        }
        cell.end(self.now);
        self.registry.depart();
        end
    }

    fn run(self: &Arc<Self>, cell: &Arc<TaskCell>) -> thread::JoinHandle<End> {
        let (world, cell) = (Arc::clone(self), Arc::clone(cell));
        thread::spawn(move || world.act(&cell))
    }

    fn is_empty(&self) -> bool {
        self.registry.cells().is_empty() && self.registry.slots(|_, _| ()).is_empty()
    }
}

#[test]
fn a_queued_one_gets_its_turn_whenever_the_owner_leaves() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let running = world.run(&owner);
        let next = world.submit(Admission::Queue).expect("there is room");
        assert_eq!(world.act(&next), End::Completed);
        assert_eq!(running.join().expect("it ends"), End::Completed);
        assert!(world.is_empty());
    });
}

#[test]
fn a_replacement_gets_its_turn_and_never_runs_beside_the_owner() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let running = world.run(&owner);
        let next = world.submit(Admission::Replace).expect("a replacement is always admitted");
        assert_eq!(world.act(&next), End::Completed);
        running.join().expect("it ends");
        assert!(world.is_empty());
    });
}

#[test]
fn dropped_if_running_or_started_but_never_left_waiting() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let running = world.run(&owner);
        if let Ok(next) = world.submit(Admission::DropIfRunning) {
            assert_eq!(world.act(&next), End::Completed);
        }
        running.join().expect("it ends");
        assert!(world.is_empty());
    });
}

#[test]
fn one_that_gives_up_waiting_passes_on_what_it_was_given_meanwhile() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let gives_up = world.submit(Admission::Queue).expect("there is room");
        let last = world.submit(Admission::Queue).expect("there is room");
        let running = world.run(&owner);
        gives_up.ask(Ask::stop(StopCause::Cancel, world.now, GRACE));
        world.registry.withdraw(&gives_up);
        let gone = world.act(&gives_up);
        assert!(matches!(gone, End::Canceled { .. }));
        assert_eq!(world.act(&last), End::Completed);
        running.join().expect("it ends");
        assert!(world.is_empty());
    });
}

#[test]
fn nothing_that_waited_starts_after_a_clear() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let waits = world.submit(Admission::Queue).expect("there is room");
        let running = world.run(&owner);
        let cleared = world.registry.clear("slot");
        if let Some(cleared) = cleared {
            for waiting in cleared.waiting {
                waiting.ask(Ask::reject(Rejection::Cleared, world.now));
            }
            cleared.owner.ask(Ask::stop(StopCause::Clear, world.now, GRACE));
        }
        let end = world.act(&waits);
        assert!(matches!(end, End::Rejected(Rejection::Cleared) | End::Canceled { .. }), "{end:?}");
        running.join().expect("it ends");
        assert!(world.is_empty());
    });
}

#[test]
fn whoever_waits_when_it_closes_is_rejected_and_whoever_comes_later_refused() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let running = world.run(&owner);
        let closes = {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                let inside = world.registry.close();
                for waiting in inside.waiting {
                    waiting.ask(Ask::reject(Rejection::ShuttingDown, world.now));
                }
                for owner in inside.running {
                    owner.ask(Ask::stop(StopCause::Shutdown, world.now, GRACE));
                }
            })
        };
        match world.submit(Admission::Queue) {
            Ok(next) => {
                world.act(&next);
            }
            Err(refusal) => assert_eq!(refusal, Refusal::Closed),
        }
        closes.join().expect("it closes");
        running.join().expect("it ends");
        assert!(world.is_empty());
    });
}

#[test]
fn of_two_replacements_one_survives() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue).expect("the slot is idle");
        let running = world.run(&owner);
        let other = {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                let cell = world.submit(Admission::Replace).expect("a replacement is always admitted");
                world.act(&cell)
            })
        };
        let cell = world.submit(Admission::Replace).expect("a replacement is always admitted");
        let ends = [world.act(&cell), other.join().expect("it ends")];
        assert!(ends.contains(&End::Completed), "{ends:?}");
        running.join().expect("it ends");
        assert!(world.is_empty());
    });
}
