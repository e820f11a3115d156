//! Models of the limits of slot queues: how many submissions may wait.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::arrival;
use super::{explore, join, names_in_two_shards, stop, submission};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::slot::{Admission, NoRoom};
use crate::runtime::registry::{Limits, Placement, RegisterError, Registry, Withdrawal};

pub(super) const WIDE: Limits = Limits { per_slot: 8, total: 8 };
pub(super) const FULL: Result<(), RegisterError> = Err(RegisterError::NoRoom(NoRoom::QueueFull));

pub(super) fn register(
    registry: &Registry,
    task: &Arc<TaskCell>,
    admission: Admission,
    limits: Limits,
    now: Instant,
) -> Result<Placement, RegisterError> {
    registry.register_submission(task, &mut arrival(admission, limits, now))
}

pub(super) fn is_removed(withdrawn: &Withdrawal) -> bool {
    matches!(withdrawn, Withdrawal::Taken(_))
}

/// Registers a submission that must be admitted.
pub(super) fn submit(
    registry: &Registry,
    slot: &'static str,
    admission: Admission,
    limits: Limits,
) -> Arc<TaskCell> {
    let (task, now) = (submission(slot, Instant::now()), Instant::now());
    register(registry, &task, admission, limits, now).expect("the queue has room");
    task
}

/// Registers a `Queue` submission under a limit of `total` waiting submissions.
pub(super) fn try_queue(registry: &Registry, slot: &'static str, total: usize) -> Result<(), RegisterError> {
    let (task, now) = (submission(slot, Instant::now()), Instant::now());
    register(registry, &task, Admission::Queue, Limits { per_slot: 8, total }, now).map(|_| ())
}

/// The registry counts exactly `waiting` waiting submissions.
pub(super) fn assert_waiting(registry: &Registry, waiting: usize) {
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
            thread::spawn(move || registry.withdraw(&queued, stop(Instant::now())).0)
        };
        let cleared = registry.clear("slot", stop(Instant::now()));
        let cleared = cleared.map_or(0, |cleared| cleared.waiting.len());
        let granted = join(ending).is_some();
        let withdrawn = is_removed(&join(withdrawing));
        assert_eq!(usize::from(granted) + usize::from(withdrawn) + cleared, 1, "it was not dequeued once");
        assert_eq!(!registry.slots(|_| ()).is_empty(), granted);
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
                thread::spawn(move || registry.withdraw(&older, stop(Instant::now())).0)
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
