//! Models of a submission that expires: the timer of its slot, its lane and the code that withdraws it meet, and exactly one of
//! them runs it or ends it.

use std::sync::Arc;
use std::time::Duration;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, World, arrival};
use super::{block_on, explore, explore_within, join, outcome, stop, submission};
use crate::policy::{Config, Milliseconds};
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::slot::{Admission, TimerChange};
use crate::runtime::registry::{Arrival, CheckIn, Limits, Placement, Registry, Withdrawal};
use crate::sync::{AtomicUsize, Notify, Ordering};
use crate::task::{Outcome, Rejection};

const LIMITS: Limits = Limits { per_slot: 8, total: 8 };
const HOUR: Duration = Duration::from_secs(3_600);

fn is_expired(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Rejected(Rejection::Expired))
}

/// A slot with an owner, and a submission in its queue that its submitter has checked out and that expires.
#[derive(Clone)]
struct CheckedOut {
    registry: Arc<Registry>,
    owner: Arc<TaskCell>,
    queued: Arc<TaskCell>,
    wakeup: Arc<Notify>,
}

/// Registers a submission that expires, and returns what its submitter must do for the timer.
fn register(registry: &Registry, task: &Arc<TaskCell>, expires: Duration) -> Option<TimerChange> {
    let expires = Some(Milliseconds::new(expires));
    let mut arrival =
        Arrival { check_out: true, expires, ..arrival(Admission::Queue, LIMITS, Instant::now()) };
    match registry.register_submission(task, &mut arrival).expect("there is room") {
        Placement::Owner => None,
        Placement::Queued { timer, .. } => timer,
    }
}

impl CheckedOut {
    fn new(expires: Duration) -> Self {
        let (registry, now) = (Arc::new(Registry::new(1)), Instant::now());
        let [owner, queued] = [(); 2].map(|()| submission("slot", now));
        register(&registry, &owner, expires);
        let Some(TimerChange::Start(wakeup)) = register(&registry, &queued, expires) else {
            panic!("the first submission that expires starts the timer")
        };
        Self { registry, owner, queued, wakeup }
    }

    /// Calls `call` on another thread.
    fn spawn<T: 'static>(&self, call: impl FnOnce(&Self) -> T + 'static) -> thread::JoinHandle<T> {
        let slot = self.clone();
        thread::spawn(move || call(&slot))
    }

    fn check_in(&self) -> bool {
        let checked_in = self.registry.check_in(&self.queued, &mut Some(super::world::work()));
        assert!(!matches!(checked_in, CheckIn::Withdrawn(None)), "the reason is lost");
        !matches!(checked_in, CheckIn::Queued)
    }

    /// Checks the waits as the timer does. Returns whether it took the submission, and when it checks again.
    fn check(&self, after: Duration) -> (bool, Option<Instant>) {
        let now = Instant::now();
        let slot = "slot".into();
        let due = self.registry.check_waits(&slot, &self.wakeup, (now, now + after), false);
        (!due.expired.is_empty(), due.next_check)
    }

    fn expire(&self) -> bool {
        self.check(HOUR).0
    }

    fn pass_on(&self) -> bool {
        self.registry.deregister(&self.owner, Instant::now()).is_some()
    }

    fn withdraw(&self) -> bool {
        matches!(self.registry.withdraw(&self.queued, stop(Instant::now())).0, Withdrawal::Taken(_))
    }
}

/// `check_waits` × `check_in` × `other`: exactly one party holds the submission in the end.
fn explore_expiry(other: fn(&CheckedOut) -> bool) {
    explore(move || {
        let slot = CheckedOut::new(Duration::ZERO);
        let (expiring, other) = (slot.spawn(CheckedOut::expire), slot.spawn(other));
        let holders = [slot.check_in(), join(expiring), join(other)];
        assert_eq!(holders.iter().filter(|holds| **holds).count(), 1, "{holders:?}");
    });
}

/// `check_waits` × `check_in` × `deregister`.
#[test]
fn an_expired_submission_is_ended_or_passed_on_by_one_party() {
    explore_expiry(CheckedOut::pass_on);
}

/// `check_waits` × `check_in` × `withdraw`.
#[test]
fn an_expired_submission_is_ended_or_withdrawn_by_one_party() {
    explore_expiry(CheckedOut::withdraw);
}

/// `check_waits` × `register_submission` with an earlier deadline: the timer does not sleep past it.
#[test]
fn an_earlier_deadline_wakes_a_timer_that_falls_asleep() {
    explore(|| {
        let slot = CheckedOut::new(2 * HOUR);
        let _ = slot.check_in();
        let timer = slot.spawn(|slot| {
            while slot.check(Duration::ZERO).1.is_some_and(|next| next > Instant::now() + HOUR) {
                block_on(slot.wakeup.notified());
            }
        });
        let earlier = submission("slot", Instant::now());
        let change = register(&slot.registry, &earlier, Duration::from_secs(60));
        let Some(TimerChange::Wake(wakeup)) = change else { panic!("the timer is not woken") };
        wakeup.notify_one();
        join(timer);
    });
}

/// `check_waits` × `deregister` of the last owner × the next use of the slot: the timer ends, and leaves the next queue to the next
/// timer.
#[test]
fn the_timer_of_a_slot_that_becomes_idle_ends() {
    explore(|| {
        let slot = CheckedOut::new(2 * HOUR);
        let _ = slot.check_in();
        let timer = slot.spawn(|slot| {
            while slot.check(Duration::ZERO).1.is_some() {
                block_on(slot.wakeup.notified());
            }
        });
        assert!(slot.withdraw());
        assert!(!slot.pass_on());
        let [owner, queued] = [(); 2].map(|()| submission("slot", Instant::now()));
        assert!(register(&slot.registry, &owner, HOUR).is_none());
        assert!(matches!(register(&slot.registry, &queued, HOUR), Some(TimerChange::Start(_))));
        join(timer);
    });
}

/// Counts its attempts.
fn counted(attempts: &Arc<AtomicUsize>) -> ErasedBody {
    let attempts = Arc::clone(attempts);
    erase(move |_| {
        attempts.fetch_add(1, Ordering::AcqRel);
        async { Ok(()) }
    })
}

/// A lane × the timer of its slot × `cancel` of a waiting submission, which the lane finds expired or not: it runs or ends, once.
fn explore_end(preemptions: usize, is_expired_for_lane: bool, cancels: bool) {
    explore_within(preemptions, move || {
        let (world, attempts) = (World::new(), Arc::new(AtomicUsize::new(0)));
        let owner = world.submit(Admission::Queue, super::world::at_once()).expect("the slot is idle");
        let expiry = if is_expired_for_lane { world.now } else { world.now + 24 * HOUR };
        let (Added { handle, .. }, wakeup) = world.submit_expiring(counted(&attempts), expiry);
        let wakeup = wakeup.expect("it waits");
        let owner = owner.spawn();
        let timer = {
            let (shared, now) = (Arc::clone(&world.shared), world.now);
            thread::spawn(move || shared.check_slot(&"slot".into(), &wakeup, now, now + HOUR))
        };
        let canceled = cancels && handle.cancel();
        let end = outcome(handle.cell());
        assert!(join(owner).is_completed());
        assert_eq!(join(timer), None);
        match &end {
            Outcome::Completed => assert!(!is_expired_for_lane, "it started too late"),
            Outcome::Canceled { .. } => assert!(canceled),
            other => assert!(is_expired(other) && !canceled, "{other}"),
        }
        if is_expired(&end) || is_expired_for_lane {
            assert_eq!(attempts.load(Ordering::Acquire), 0);
        }
        assert!(world.is_empty());
    });
}

#[test]
fn a_submission_that_expires_behind_an_owner_runs_or_ends_once() {
    explore_end(4, false, false);
}

#[test]
fn a_canceled_submission_that_expires_ends_once() {
    explore_end(4, false, true);
}

#[test]
fn no_lane_runs_an_expired_submission() {
    explore_end(4, true, false);
}

#[test]
fn a_lane_ends_an_expired_submission_that_is_canceled_once() {
    explore_end(4, true, true);
}

/// The actor of an owner that has expired × `cancel` × `outcome`: it ends once, for the first reason, and passes its
/// slot on.
#[test]
fn an_expired_owner_ends_once() {
    for max_concurrent in [None, Some(1)] {
        explore_within(3, move || {
            let world = World::with(Config::default().with_max_concurrent(max_concurrent), Vec::new());
            let attempts = Arc::new(AtomicUsize::new(0));
            let (Added { handle, actor }, _) = world.submit_expiring(counted(&attempts), world.now);
            let next = world.submit(Admission::Queue, super::world::at_once()).expect("the queue has room");
            let lane = thread::spawn(move || block_on(actor));
            let canceled = handle.cancel();
            let end = outcome(handle.cell());
            assert_eq!((is_expired(&end), end.is_canceled()), (!canceled, canceled), "{end}");
            assert!(next.run().is_completed());
            join(lane);
            assert_eq!(attempts.load(Ordering::Acquire), 0);
            assert!(world.is_empty());
        });
    }
}
