//! Models of the limits of slot queues: how many submissions may wait, and the wake-up when there is room again.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::{World, arrival, at_once};
use super::{block_on, explore, join, names_in_two_shards, stop, submission};
use crate::job::{Submit, SubmitError};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::slot::{Admission, NoRoom};
use crate::runtime::registry::{Limits, Placement, RegisterError, Registry, Withdrawal};
use crate::supervisor::{SupervisorHandle, TaskHandle};
use crate::task::{Outcome, RuntimeError};

const WIDE: Limits = Limits { per_slot: 8, total: 8 };
const FULL: Result<(), RegisterError> = Err(RegisterError::NoRoom(NoRoom::QueueFull));

fn register(
    registry: &Registry,
    task: &Arc<TaskCell>,
    admission: Admission,
    limits: Limits,
    now: Instant,
) -> Result<Placement, RegisterError> {
    registry.register_submission(task, &mut arrival(admission, limits, now))
}

fn is_removed(withdrawn: &Withdrawal) -> bool {
    matches!(withdrawn, Withdrawal::Taken(_))
}

/// Registers a submission that must be admitted.
fn submit(registry: &Registry, slot: &'static str, admission: Admission, limits: Limits) -> Arc<TaskCell> {
    let (task, now) = (submission(slot, Instant::now()), Instant::now());
    register(registry, &task, admission, limits, now).expect("the queue has room");
    task
}

/// Registers a `Queue` submission under a limit of `total` waiting submissions.
fn try_queue(registry: &Registry, slot: &'static str, total: usize) -> Result<(), RegisterError> {
    let (task, now) = (submission(slot, Instant::now()), Instant::now());
    register(registry, &task, Admission::Queue, Limits { per_slot: 8, total }, now).map(|_| ())
}

/// The registry counts exactly `waiting` waiting submissions.
fn assert_waiting(registry: &Registry, waiting: usize) {
    submit(registry, "another slot", Admission::Queue, WIDE);
    assert_eq!(try_queue(registry, "another slot", waiting), FULL, "the count is too low");
    assert_eq!(try_queue(registry, "another slot", waiting + 1), Ok(()), "the count is too high");
}

/// Creates a registry whose slot has an owner.
fn registry_with_owner(slot: &'static str) -> (Arc<Registry>, Arc<TaskCell>) {
    let registry = Arc::new(Registry::new(2));
    let owner = submit(&registry, slot, Admission::Queue, WIDE);
    (registry, owner)
}

/// `register_submission` × `register_submission`, to slots of two shards: if one more may wait, one of two is admitted.
#[test]
fn the_total_limit_of_waiting_submissions_is_kept() {
    explore(|| {
        let [one, two] = names_in_two_shards();
        let (registry, _owner) = registry_with_owner(one);
        submit(&registry, two, Admission::Queue, WIDE);
        let other = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || try_queue(&registry, two, 1))
        };
        let admitted = try_queue(&registry, one, 1);
        let other = join(other);
        assert!(admitted.is_ok() != other.is_ok());
        assert!(admitted == FULL || other == FULL);
        assert_waiting(&registry, 1);
    });
}

/// `deregister` × `withdraw` × `clear`: a queued submission is dequeued and uncounted once, by one of them.
#[test]
fn a_dequeued_submission_makes_room_exactly_once() {
    explore(|| {
        let (registry, owner) = registry_with_owner("slot");
        let queued = submit(&registry, "slot", Admission::Queue, WIDE);
        let ending = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.deregister(&owner, Instant::now()))
        };
        let withdrawing = {
            let (registry, queued) = (Arc::clone(&registry), Arc::clone(&queued));
            thread::spawn(move || registry.withdraw(&queued, stop(Instant::now())))
        };
        let cleared = registry.clear("slot", stop(Instant::now()));
        let cleared = cleared.map_or(0, |cleared| cleared.waiting.len());
        let granted = join(ending).is_some();
        let withdrawn = is_removed(&join(withdrawing));
        assert_eq!(usize::from(granted) + usize::from(withdrawn) + cleared, 1, "it was not dequeued once");
        assert_eq!(registry.owner("slot").is_some(), granted);
        assert_waiting(&registry, 0);
    });
}

/// `register_submission` that supersedes × `withdraw` × `deregister`, for a `Replace` and a `Latest`: the count equals the
/// length of the queue.
#[test]
fn a_superseded_submission_passes_its_room_to_the_next() {
    for admission in [Admission::Replace, Admission::Latest] {
        explore(move || {
            let (registry, owner) = registry_with_owner("slot");
            let older = submit(&registry, "slot", admission, WIDE);
            let withdrawing = {
                let (registry, older) = (Arc::clone(&registry), Arc::clone(&older));
                thread::spawn(move || registry.withdraw(&older, stop(Instant::now())))
            };
            let ending = {
                let registry = Arc::clone(&registry);
                thread::spawn(move || registry.deregister(&owner, Instant::now()))
            };
            let (newer, now) = (submission("slot", Instant::now()), Instant::now());
            let mut arrival = arrival(admission, WIDE, now);
            registry.register_submission(&newer, &mut arrival).expect("it is admitted");
            let superseded = arrival.superseded.is_some();
            let withdrawn = is_removed(&join(withdrawing));
            let granted = join(ending).is_some_and(|next| next.cell == older);
            assert_eq!(u8::from(withdrawn) + u8::from(superseded) + u8::from(granted), 1);
            let mut waiting = registry.slots(|slot| slot.waiting()).into_iter();
            assert_waiting(&registry, waiting.next().unwrap_or(0));
        });
    }
}

/// `register_submission` × `close_admission`: no submission waits afterwards.
#[test]
fn no_submission_waits_after_the_close() {
    explore(|| {
        let (registry, _owner) = registry_with_owner("slot");
        submit(&registry, "slot", Admission::Queue, WIDE);
        let closing = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.close_admission(None).waiting.len())
        };
        let admitted = try_queue(&registry, "slot", 8);
        assert_eq!(join(closing), if admitted.is_ok() { 2 } else { 1 });
        assert_eq!(registry.slots(|slot| slot.waiting()), [0]);
        assert!(admitted.is_ok() || admitted == Err(RegisterError::Closed));
    });
}

/// A submission that is only registered: it waits, or is rejected.
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
        match register(&shared.registry, &task, Admission::Queue, one, self.0.now) {
            Ok(_) => Ok(task),
            Err(RegisterError::Closed) => Err(SubmitError::new(RuntimeError::ShuttingDown, self)),
            Err(_) => Err(SubmitError::new(RuntimeError::QueueFull { slot: String::new() }, self)),
        }
    }
}

/// Explores `submit_wait` to a full queue × a call that makes room, or ends the wait.
fn explore_wait_for_room(make_room: fn(&World, TaskHandle)) {
    explore(move || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let queued = world.submit(Admission::Queue, at_once()).expect("the queue has room");
        let handle = queued.handle.clone();
        let making_room = {
            let world = world.clone();
            thread::spawn(move || make_room(&world, handle))
        };
        let submitted = block_on(world.supervisor.submit_wait(Trial(world.clone())));
        let closed = world.shared.registry.is_closed();
        assert!(submitted.is_ok() || closed);
        join(making_room);
        drop((owner, queued));
    });
}

/// `submit_wait` × the cancel of a queued submission.
#[test]
fn a_cancel_wakes_a_waiter_for_room() {
    explore_wait_for_room(|_, queued| assert!(queued.cancel()));
}

/// `submit_wait` × `clear_slot`.
#[test]
fn a_clear_wakes_a_waiter_for_room() {
    explore_wait_for_room(|world, _| assert!(world.supervisor.clear_slot("slot")));
}

/// `submit_wait` × `stop`.
#[test]
fn a_shutdown_wakes_a_waiter_for_room() {
    explore_wait_for_room(|world, _| world.supervisor.stop());
}

/// `submit_wait` × the end of the owner, which passes the slot on.
#[test]
fn a_slot_grant_wakes_a_waiter_for_room() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
        let queued = world.submit(Admission::Queue, at_once()).expect("the queue has room");
        let submitted = block_on(world.supervisor.submit_wait(Trial(world.clone())));
        assert!(submitted.is_ok());
        assert!(matches!(join(owner), Outcome::Completed));
        drop(queued);
    });
}
