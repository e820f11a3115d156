//! Models of `submit_wait`: a caller that waits for room in a queue.

use std::future::Future;
use std::sync::Arc;
use std::task::Poll;

use loom::thread;

use super::room::{WIDE, assert_waiting, is_removed, register, submit, try_queue};
use super::world::{World, at_once};
use super::{block_on, explore, explore_within, join, names_in_two_shards, poll_once, stop, submission};
use crate::job::{Submit, SubmitError, sealed};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::room::RoomWait;
use crate::runtime::registry::slot::Admission;
use crate::runtime::registry::{Capacity, Limits, RegisterError};
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::{Outcome, RuntimeError};

/// A submission that is only registered: it waits, or is rejected.
struct Trial {
    world: World,
    slot: &'static str,
    limits: Limits,
}

impl sealed::Submit for Trial {}

impl Submit for Trial {
    type Handle = Arc<TaskCell>;

    fn submit_to(
        self,
        supervisor: &SupervisorHandle,
        room: Option<&mut RoomWait>,
    ) -> Result<Arc<TaskCell>, SubmitError<Self>> {
        let shared = match supervisor.shared() {
            Ok(shared) => shared,
            Err(reason) => return Err(SubmitError::new(reason, self)),
        };
        let (task, now) = (submission(self.slot, self.world.now), self.world.now);
        match register(&shared.registry, &task, Admission::Queue, self.limits, now) {
            Ok(_) => Ok(task),
            Err(RegisterError::Closed) => Err(SubmitError::new(RuntimeError::ShuttingDown, self)),
            Err(_) => {
                if let Some(room) = room {
                    shared.registry.wait_for_room(&task, self.limits, Capacity::ONE, room);
                }
                Err(SubmitError::new(RuntimeError::QueueFull { slot: String::new() }, self))
            }
        }
    }
}

const ONE: Limits = Limits { per_slot: 1, total: 1 };
const ONE_IN_TOTAL: Limits = Limits { per_slot: 8, total: 1 };

/// Calls `submit_wait`.
async fn wait_for_room(
    world: World,
    slot: &'static str,
    limits: Limits,
) -> Result<Arc<TaskCell>, SubmitError<Trial>> {
    let supervisor = world.supervisor.clone();
    supervisor.submit_wait(Trial { world, slot, limits }).await
}

/// Calls `submit_wait` on another thread, and waits there until it is admitted.
fn spawn_wait(world: &World, slot: &'static str, limits: Limits) -> thread::JoinHandle<()> {
    let world = world.clone();
    thread::spawn(move || assert!(block_on(wait_for_room(world, slot, limits)).is_ok()))
}

/// Withdraws a queued submission on another thread.
fn spawn_withdraw(world: &World, queued: Arc<TaskCell>) -> thread::JoinHandle<()> {
    let world = world.clone();
    thread::spawn(move || assert!(is_removed(&world.shared.registry.withdraw(&queued, stop(world.now)).0)))
}

/// A world whose slots have an owner each. In the last one a submission waits.
fn crowded_world(slots: &[&'static str]) -> (World, Arc<TaskCell>) {
    let world = World::new();
    let registry = &world.shared.registry;
    for slot in slots {
        submit(registry, slot, Admission::Queue, WIDE);
    }
    let queued = submit(registry, slots[slots.len() - 1], Admission::Queue, WIDE);
    (world, queued)
}

/// Explores `submit_wait` to a full queue × a call that makes room, or ends the wait.
// Bounded, because a waiter for the total takes more locks than one for its slot.
fn explore_wait_for_room(limits: Limits, make_room: fn(&World, TaskHandle)) {
    explore_within(4, move || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let queued = world.submit(Admission::Queue, at_once()).expect("the queue has room");
        let handle = queued.handle.clone();
        let making_room = {
            let world = world.clone();
            thread::spawn(move || make_room(&world, handle))
        };
        let submitted = block_on(wait_for_room(world.clone(), "slot", limits));
        let closed = world.shared.registry.is_closed();
        assert!(submitted.is_ok() || closed);
        join(making_room);
        drop((owner, queued));
    });
}

/// `submit_wait` × the cancel of a queued submission.
#[test]
fn a_cancel_wakes_a_waiter_for_room() {
    for limits in [ONE, ONE_IN_TOTAL] {
        explore_wait_for_room(limits, |_, queued| assert!(queued.cancel()));
    }
}

/// `submit_wait` × `clear_slot`.
#[test]
fn a_clear_wakes_a_waiter_for_room() {
    for limits in [ONE, ONE_IN_TOTAL] {
        explore_wait_for_room(limits, |world, _| assert!(world.supervisor.clear_slot("slot")));
    }
}

/// `submit_wait` × `stop`.
#[test]
fn a_shutdown_wakes_a_waiter_for_room() {
    for limits in [ONE, ONE_IN_TOTAL] {
        explore_wait_for_room(limits, |world, _| world.supervisor.stop());
    }
}

/// `submit_wait` × the end of the owner, which passes the slot on.
#[test]
fn a_slot_grant_wakes_a_waiter_for_room() {
    for limits in [ONE, ONE_IN_TOTAL] {
        explore_within(3, move || {
            let world = World::new();
            let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
            let queued = world.submit(Admission::Queue, at_once()).expect("the queue has room");
            let submitted = block_on(wait_for_room(world.clone(), "slot", limits));
            assert!(submitted.is_ok());
            assert!(matches!(join(owner), Outcome::Completed));
            drop(queued);
        });
    }
}

/// `submit_wait` × `deregister`: a slot that becomes idle admits a waiter for which there is no room to wait.
#[test]
fn an_idle_slot_wakes_a_waiter_for_room() {
    for limits in [Limits { per_slot: 0, total: 8 }, Limits { per_slot: 8, total: 0 }] {
        explore(move || {
            let world = World::new();
            let owner = submit(&world.shared.registry, "slot", Admission::Queue, WIDE);
            let ending = {
                let world = world.clone();
                thread::spawn(move || world.shared.registry.deregister(&owner, world.now).is_none())
            };
            assert!(block_on(wait_for_room(world, "slot", limits)).is_ok());
            assert!(join(ending), "nothing was queued");
        });
    }
}

/// `submit_wait` × `withdraw` in a slot of another shard: room in the total wakes a waiter in any slot.
#[test]
fn room_in_the_total_wakes_a_waiter_of_another_shard() {
    explore(|| {
        let [one, two] = names_in_two_shards();
        let (world, queued) = crowded_world(&[one, two]);
        let withdrawing = spawn_withdraw(&world, queued);
        assert!(block_on(wait_for_room(world.clone(), one, ONE_IN_TOTAL)).is_ok());
        join(withdrawing);
        assert_waiting(&world.shared.registry, 1);
    });
}

/// The drop of a waiter × `withdraw` × `submit_wait`: a waiter that is dropped passes on the room that woke it.
#[test]
fn a_dropped_waiter_passes_its_room_on() {
    for limits in [ONE, ONE_IN_TOTAL] {
        explore_within(3, move || {
            let (world, queued) = crowded_world(&["slot"]);
            let mut dropped = Box::pin(wait_for_room(world.clone(), "slot", limits));
            assert!(poll_once(|context| dropped.as_mut().poll(context)).is_pending());
            let waiting = spawn_wait(&world, "slot", limits);
            let withdrawing = spawn_withdraw(&world, queued);
            drop(dropped);
            join(withdrawing);
            join(waiting);
        });
    }
}

/// `submit_wait` × `withdraw` × `withdraw` of another shard, and the drop of a waiter that room in its slot has woken, but
/// that the total has refused: it passes on the room in the slot.
#[test]
fn a_waiter_refused_by_the_total_passes_on_room_in_its_slot() {
    explore_within(2, || {
        let [one, two] = names_in_two_shards();
        let (world, in_two) = crowded_world(&[one, two]);
        let registry = &world.shared.registry;
        let in_one = submit(registry, one, Admission::Queue, WIDE);
        let limits = Limits { per_slot: 1, total: 2 };
        let mut dropped = Box::pin(wait_for_room(world.clone(), one, limits));
        assert!(poll_once(|context| dropped.as_mut().poll(context)).is_pending());
        let waiting = spawn_wait(&world, one, limits);
        assert!(is_removed(&registry.withdraw(&in_one, stop(world.now)).0));
        // Takes the room in the total, unless the other waiter was faster.
        let taken = try_queue(registry, two, 2).is_ok();
        let polled = poll_once(|context| dropped.as_mut().poll(context));
        assert!(polled.is_pending() || !taken);
        let withdrawing = spawn_withdraw(&world, in_two);
        // If it was admitted, it makes room as any other.
        match polled {
            Poll::Ready(Ok(admitted)) => drop(registry.withdraw(&admitted, stop(world.now))),
            _ => drop(dropped),
        }
        join(withdrawing);
        join(waiting);
    });
}

/// `submit_wait` to a slot that fills up × `clear` × `submit_wait` to another slot: a waiter that room in the total has woken,
/// but that its slot refuses, passes it on.
#[test]
fn a_waiter_refused_by_its_slot_passes_on_room_in_the_total() {
    explore_within(3, || {
        let [one, two] = names_in_two_shards();
        let (world, _) = crowded_world(&[one, "three", two]);
        let registry = &world.shared.registry;
        submit(registry, two, Admission::Queue, WIDE);
        let limits = Limits { per_slot: 1, total: 2 };
        let mut refused = Box::pin(wait_for_room(world.clone(), one, limits));
        assert!(poll_once(|context| refused.as_mut().poll(context)).is_pending());
        let waiting = spawn_wait(&world, "three", limits);
        // A `Latest` is never refused.
        submit(registry, one, Admission::Latest, limits);
        let cleared = registry.clear(two, stop(world.now)).expect("it has an owner");
        assert_eq!(cleared.waiting.len(), 2);
        assert!(poll_once(|context| refused.as_mut().poll(context)).is_pending());
        join(waiting);
        drop(refused);
    });
}

/// `submit_wait` × `withdraw`: room wakes a waiter whose limit is not reached, also if an older one has a lower limit.
#[test]
fn room_wakes_a_waiter_whose_limit_is_not_reached() {
    explore(|| {
        let (world, queued) = crowded_world(&["slot"]);
        submit(&world.shared.registry, "slot", Admission::Queue, WIDE);
        let mut low = Box::pin(wait_for_room(world.clone(), "slot", Limits { per_slot: 1, total: 8 }));
        assert!(poll_once(|context| low.as_mut().poll(context)).is_pending());
        let withdrawing = spawn_withdraw(&world, queued);
        let admitted = block_on(wait_for_room(world.clone(), "slot", Limits { per_slot: 2, total: 8 }));
        assert!(admitted.is_ok());
        join(withdrawing);
        drop(low);
    });
}
