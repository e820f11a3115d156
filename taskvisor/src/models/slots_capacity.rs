//! Models of a slot with a capacity: never more owners than places, and each submission owns the slot or is withdrawn once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use loom::thread;

use super::world::{Actor, Added, World, arrival, at_once};
use super::{block_on, explore, explore_within, join, poll_once, stop, submission};
use crate::TaskError;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::room::RoomWait;
use crate::runtime::registry::slot::Admission;
use crate::runtime::registry::{
    Arrival, Capacity, Limits, NextOwner, Placement, Registry, StartedOwners, Withdrawal,
};
use crate::sync::{AtomicUsize, Ordering};
use crate::task::{Outcome, StopCause, TaskId};
use tokio::time::Instant;

fn two() -> Capacity {
    Capacity::new(2)
}

/// A slot with two places that counts the bodies which run at once.
#[derive(Clone)]
struct TwoPlaces {
    world: World,
    running: Arc<AtomicUsize>,
}

impl TwoPlaces {
    fn new() -> Self {
        Self { world: World::new(), running: Arc::default() }
    }

    /// Creates a body that fails if more than one other body runs.
    fn body(&self) -> ErasedBody {
        let running = Arc::clone(&self.running);
        erase(move |_| {
            let (running, before) = (Arc::clone(&running), running.fetch_add(1, Ordering::AcqRel));
            async move {
                running.fetch_sub(1, Ordering::AcqRel);
                if before < 2 { Ok(()) } else { Err(TaskError::fatal("three run in two places")) }
            }
        })
    }

    fn submit(&self) -> Added {
        self.world.submit_with(two(), Admission::Queue, self.body()).expect("the queue has room")
    }

    fn spawn_submit(&self) -> thread::JoinHandle<Outcome> {
        let slot = self.clone();
        thread::spawn(move || slot.submit().run())
    }

    fn assert_empty(&self) {
        assert!(self.world.is_empty(), "a submission is left in the slot");
    }
}

/// `submit` × `submit` × `submit`: all of them run, at most two at once.
#[test]
fn three_submissions_share_two_places() {
    explore_within(3, || {
        let slot = TwoPlaces::new();
        let others = [(); 2].map(|()| slot.spawn_submit());
        assert!(slot.submit().run().is_completed());
        for other in others {
            assert!(join(other).is_completed());
        }
        slot.assert_empty();
    });
}

/// The end of two owners × the submissions in their queue: each runs in one lane.
#[test]
fn two_lanes_share_one_queue() {
    explore_within(3, || {
        let slot = TwoPlaces::new();
        let owners = [(); 2].map(|()| slot.submit());
        let queued = [(); 2].map(|()| slot.submit());
        let [first, second] = owners;
        let first = first.spawn();
        assert!(second.run().is_completed());
        assert!(join(first).is_completed());
        for queued in queued {
            assert!(queued.run().is_completed());
        }
        slot.assert_empty();
    });
}

/// `submit` × `deregister` × `cancel`: a submission that is canceled passes the place on, and the last one runs.
#[test]
fn a_canceled_submission_passes_on_its_place() {
    explore_within(2, || {
        let slot = TwoPlaces::new();
        let owners = [(); 2].map(|()| slot.submit());
        let canceled = slot.submit();
        let canceling = {
            let handle = canceled.handle.clone();
            thread::spawn(move || handle.cancel())
        };
        let [first, second] = owners.map(Added::spawn);
        assert!(slot.submit().run().is_completed());
        let (requested, end) = (join(canceling), canceled.run());
        assert!(end.is_completed() || requested && end.is_canceled(), "{end}");
        assert!(join(first).is_completed() && join(second).is_completed());
        slot.assert_empty();
    });
}

/// The submissions that a change of a slot has made owners, in order.
fn ids(next: Option<NextOwner>, started: StartedOwners) -> Vec<TaskId> {
    let lane = next.into_iter().flat_map(|NextOwner { cell, others, .. }| {
        let others: Vec<_> = others.map(|other| other.cell.id()).collect();
        std::iter::once(cell.id()).chain(others)
    });
    lane.chain(started.map(|other| other.cell.id())).collect()
}

fn register(registry: &Registry, capacity: usize) -> Arc<TaskCell> {
    let (task, now) = (submission("slot", Instant::now()), Instant::now());
    let limits = Limits { per_slot: 8, total: 8 };
    let mut arrival = Arrival { capacity: Capacity::new(capacity), ..arrival(Admission::Queue, limits, now) };
    registry.register_submission(&task, &mut arrival).expect("the queue has room");
    task
}

/// `deregister` × `deregister` of two owners: the first two in the queue own the slot next.
#[test]
fn the_first_in_the_queue_own_the_slot_next() {
    explore(|| {
        let registry = Arc::new(Registry::new(1));
        let owners = [2, 2].map(|capacity| register(&registry, capacity));
        let queued = [2, 2, 2].map(|capacity| register(&registry, capacity));
        let ending = owners.map(|owner| {
            let registry = Arc::clone(&registry);
            thread::spawn(move || ids(registry.deregister(&owner, Instant::now()), StartedOwners::default()))
        });
        let mut owned = ending.map(join).concat();
        owned.sort_unstable();
        assert_eq!(owned, [queued[0].id(), queued[1].id()]);
        assert_eq!(registry.slots(|slot| (slot.owners().count(), slot.waiting())), [(2, 1)]);
    });
}

/// `deregister` × `deregister` of two owners × `withdraw` of an exclusive submission before others: each waiting submission owns the
/// slot or is withdrawn, once, and the owners never exceed a capacity.
#[test]
fn a_withdrawn_exclusive_submission_lets_others_start() {
    explore(|| {
        let registry = Arc::new(Registry::new(1));
        let owners = [2, 2].map(|capacity| register(&registry, capacity));
        let [exclusive, third, last] = [1, 2, 2].map(|capacity| register(&registry, capacity));
        let ending = owners.map(|owner| {
            let registry = Arc::clone(&registry);
            thread::spawn(move || ids(registry.deregister(&owner, Instant::now()), StartedOwners::default()))
        });
        let (withdrawal, started) = registry.withdraw(&exclusive, stop(Instant::now()));
        let mut owned: Vec<_> = ids(None, started);
        owned.extend(ending.map(join).concat());
        let withdrawn = matches!(withdrawal, Withdrawal::Taken(_));
        assert_ne!(withdrawn, owned.contains(&exclusive.id()), "it owns the slot, or is withdrawn");
        if !withdrawn {
            // All others wait until it has ended, and start together.
            assert_eq!(owned, [exclusive.id()]);
            owned = ids(registry.deregister(&exclusive, Instant::now()), StartedOwners::default());
            assert_eq!(owned, [third.id(), last.id()]);
        }
        owned.sort_unstable();
        assert_eq!(owned, [third.id(), last.id()], "a submission waits beside a free place");
        assert_eq!(registry.slots(|slot| (slot.owners().count(), slot.waiting())), [(2, 0)]);
    });
}

/// `submit` × `withdraw` of the exclusive submission before it: it starts at once, or is started by the withdrawal.
#[test]
fn a_submission_behind_an_exclusive_one_starts_once() {
    explore(|| {
        let registry = Arc::new(Registry::new(1));
        register(&registry, 2);
        let exclusive = register(&registry, 1);
        let withdrawing = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.withdraw(&exclusive, stop(Instant::now())).1.count())
        };
        let (task, now) = (submission("slot", Instant::now()), Instant::now());
        let limits = Limits { per_slot: 8, total: 8 };
        let mut arrival = Arrival { capacity: two(), ..arrival(Admission::Queue, limits, now) };
        let placement = registry.register_submission(&task, &mut arrival).expect("the queue has room");
        let starts = usize::from(matches!(placement, Placement::Owner)) + join(withdrawing);
        assert_eq!(starts, 1);
        assert_eq!(registry.slots(|slot| (slot.owners().count(), slot.waiting())), [(2, 0)]);
    });
}

/// `submit_wait` × `deregister`: a place that becomes free admits a caller for which there is no room to wait.
#[test]
fn a_free_place_wakes_a_caller_that_waits_for_room() {
    explore(|| {
        let registry = Arc::new(Registry::new(1));
        let [first, _second] = [2, 2].map(|capacity| register(&registry, capacity));
        let ending = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.deregister(&first, Instant::now()).is_none())
        };
        let limits = Limits { per_slot: 0, total: 8 };
        block_on(async {
            let mut room = RoomWait::default();
            loop {
                let (task, now) = (submission("slot", Instant::now()), Instant::now());
                let mut arrival = Arrival { capacity: two(), ..arrival(Admission::Queue, limits, now) };
                if registry.register_submission(&task, &mut arrival).is_ok() {
                    break;
                }
                registry.wait_for_room(&task, limits, two(), &mut room);
                room.notified().await;
            }
        });
        assert!(join(ending), "nothing was queued");
        assert_eq!(registry.slots(|slot| (slot.owners().count(), slot.waiting())), [(2, 0)]);
    });
}

/// Polls an actor once, on this thread.
fn poll(actor: &mut Actor) -> bool {
    poll_once(|context| Pin::new(actor).poll(context)).is_ready()
}

/// `submit` of a `Latest` × the end of an attempt of two owners, each of which will be retried: one of them ends for it.
#[test]
fn of_two_owners_one_ends_for_a_latest() {
    explore_within(3, || {
        let world = World::new();
        let failing =
            || erase(|_| async { Err(TaskError::retry_after("not yet", Duration::from_secs(3_600))) });
        let owners = [(); 2]
            .map(|()| world.submit_with(two(), Admission::Queue, failing()).expect("there are places"));
        let running = owners.map(|Added { handle, mut actor }| {
            thread::spawn(move || {
                poll(&mut actor);
                (handle, actor)
            })
        });
        let latest = world.submit_with(two(), Admission::Latest, at_once()).expect("it is admitted");
        let owners = running.map(join).map(|(handle, mut actor)| {
            // A stop that was requested after the first poll ends it in this one.
            poll(&mut actor);
            (handle, actor)
        });
        let replaced = owners.each_ref().map(|(handle, _)| {
            handle.is_finished()
                && matches!(
                    super::outcome(handle.cell()),
                    Outcome::Canceled { cause: StopCause::Replace, .. }
                )
        });
        assert_eq!(replaced.iter().filter(|replaced| **replaced).count(), 1, "{replaced:?}");
        assert!(latest.run().is_completed());
        drop(owners);
        assert!(world.is_empty());
    });
}
