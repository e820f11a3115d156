//! Models of the room for those who wait for slots: how many may, and who is told when one may.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::{World, at_once};
use super::{apart, block_on, explore, join, submission};
use crate::job::{Submit, SubmitError};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::slot::{Admission, NoRoom};
use crate::runtime::registry::{Limits, Placement, RegisterError, Registry};
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::{Outcome, RuntimeError};

const WIDE: Limits = Limits { per_slot: 8, total: 8 };
const FULL: Result<(), RegisterError> = Err(RegisterError::NoRoom(NoRoom::QueueFull));

fn submits(registry: &Registry, slot: &'static str, admission: Admission, limits: Limits) -> Arc<TaskCell> {
    let (task, now) = (submission(slot, Instant::now()), Instant::now());
    registry.register_submission(&task, admission, limits, now).expect("there is room");
    task
}

fn queues(registry: &Registry, slot: &'static str, total: usize) -> Result<(), RegisterError> {
    let (task, now) = (submission(slot, Instant::now()), Instant::now());
    registry.register_submission(&task, Admission::Queue, Limits { per_slot: 8, total }, now).map(|_| ())
}

/// Whether exactly so many are counted among those who wait.
fn assert_waiting(registry: &Registry, waiting: usize) {
    submits(registry, "another slot", Admission::Queue, WIDE);
    assert_eq!(queues(registry, "another slot", waiting), FULL, "fewer are counted than wait");
    assert_eq!(queues(registry, "another slot", waiting + 1), Ok(()), "more are counted than wait");
}

/// A registry in whose slot one runs.
fn owned(slot: &'static str) -> (Arc<Registry>, Arc<TaskCell>) {
    let registry = Arc::new(Registry::new(2));
    let owner = submits(&registry, slot, Admission::Queue, WIDE);
    (registry, owner)
}

/// `submit` × `submit`, to slots of two shards: where one more may wait, one of two does.
#[test]
fn no_more_wait_in_all_than_may() {
    explore(|| {
        let [one, two] = apart();
        let (registry, _owner) = owned(one);
        submits(&registry, two, Admission::Queue, WIDE);
        let other = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || queues(&registry, two, 1))
        };
        let admitted = queues(&registry, one, 1);
        let other = join(other);
        assert!(admitted.is_ok() != other.is_ok());
        assert!(admitted == FULL || other == FULL);
        assert_waiting(&registry, 1);
    });
}

/// `leave` × `withdraw` × `clear` × `submit`: whoever leaves the line is counted out of it, once, whoever takes it out.
#[test]
fn whoever_leaves_the_line_makes_room_once() {
    explore(|| {
        let (registry, owner) = owned("slot");
        let waits = submits(&registry, "slot", Admission::Queue, WIDE);
        let leaving = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.deregister(&owner, Instant::now()))
        };
        let withdrawing = {
            let (registry, waits) = (Arc::clone(&registry), Arc::clone(&waits));
            thread::spawn(move || registry.withdraw(&waits))
        };
        let cleared = registry.clear("slot").map_or(0, |cleared| cleared.waiting.len());
        let granted = join(leaving).is_some();
        let withdrawn = join(withdrawing);
        assert_eq!(usize::from(granted) + usize::from(withdrawn) + cleared, 1, "it left the line once");
        assert_eq!(registry.owner("slot").is_some(), granted);
        assert_waiting(&registry, 0);
    });
}

/// `submit` that supersedes × `withdraw` × `leave`, for a `Replace` and a `Latest`: the count stays that of the line.
#[test]
fn whoever_is_superseded_gives_its_room_to_the_next() {
    for admission in [Admission::Replace, Admission::Latest] {
        explore(move || {
            let (registry, owner) = owned("slot");
            let older = submits(&registry, "slot", admission, WIDE);
            let withdrawing = {
                let (registry, older) = (Arc::clone(&registry), Arc::clone(&older));
                thread::spawn(move || registry.withdraw(&older))
            };
            let leaving = {
                let registry = Arc::clone(&registry);
                thread::spawn(move || registry.deregister(&owner, Instant::now()))
            };
            let (newer, now) = (submission("slot", Instant::now()), Instant::now());
            let placement =
                registry.register_submission(&newer, admission, WIDE, now).expect("it is always admitted");
            let superseded =
                matches!(placement, Placement::Queued { effects, .. } if effects.superseded.is_some());
            let withdrawn = join(withdrawing);
            let granted = join(leaving).is_some_and(|next| next == older);
            assert_eq!(u8::from(withdrawn) + u8::from(superseded) + u8::from(granted), 1);
            let mut waiting = registry.slots(|slot| slot.waiting()).into_iter();
            assert_waiting(&registry, waiting.next().unwrap_or(0));
        });
    }
}

/// `submit` × `close`: none waits any more.
#[test]
fn nobody_waits_in_what_is_closed() {
    explore(|| {
        let (registry, _owner) = owned("slot");
        submits(&registry, "slot", Admission::Queue, WIDE);
        let closing = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.close_admission().waiting.len())
        };
        let admitted = queues(&registry, "slot", 8);
        assert_eq!(join(closing), if admitted.is_ok() { 2 } else { 1 });
        assert_eq!(registry.slots(|slot| slot.waiting()), [0]);
        assert!(admitted.is_ok() || admitted == Err(RegisterError::Closed));
    });
}

/// A submission that knows nothing but its place: it waits, or is refused.
struct Trial(World);

impl Submit for Trial {
    type Handle = Arc<TaskCell>;

    fn submit_to(self, supervisor: &SupervisorHandle, _: bool) -> Result<Arc<TaskCell>, SubmitError<Self>> {
        let shared = match supervisor.shared() {
            Ok(shared) => shared,
            Err(reason) => return Err(SubmitError::new(reason, self)),
        };
        let task = submission("slot", self.0.now);
        let one = Limits { per_slot: 1, total: 1 };
        match shared.registry.register_submission(&task, Admission::Queue, one, self.0.now) {
            Ok(_) => Ok(task),
            Err(RegisterError::Closed) => Err(SubmitError::new(RuntimeError::ShuttingDown, self)),
            Err(_) => Err(SubmitError::new(RuntimeError::QueueFull { slot: String::new() }, self)),
        }
    }
}

/// How room is made while somebody waits for it.
fn room_is_made(make: fn(&World, TaskHandle)) {
    explore(move || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let waits = world.submit(Admission::Queue, at_once()).expect("there is room");
        let handle = waits.handle.clone();
        let making = {
            let world = world.clone();
            thread::spawn(move || make(&world, handle))
        };
        let submitted = block_on(world.supervisor.submit_wait(Trial(world.clone())));
        let closed = world.shared.registry.is_closed();
        assert!(submitted.is_ok() || closed);
        join(making);
        drop((owner, waits));
    });
}

/// `submit_wait` × the cancel of one that waits.
#[test]
fn whoever_waits_for_room_is_told_of_a_cancel() {
    room_is_made(|_, waits| assert!(waits.cancel()));
}

/// `submit_wait` × `clear_slot`.
#[test]
fn whoever_waits_for_room_is_told_of_a_clear() {
    room_is_made(|world, _| assert!(world.supervisor.clear_slot("slot")));
}

/// `submit_wait` × `stop`.
#[test]
fn whoever_waits_for_room_is_told_of_the_end() {
    room_is_made(|world, _| world.supervisor.stop());
}

/// `submit_wait` × the end of the owner, which passes the slot on.
#[test]
fn whoever_waits_for_room_is_told_of_a_turn() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
        let waits = world.submit(Admission::Queue, at_once()).expect("there is room");
        let submitted = block_on(world.supervisor.submit_wait(Trial(world.clone())));
        assert!(submitted.is_ok());
        assert!(matches!(join(owner), Outcome::Completed));
        drop(waits);
    });
}
