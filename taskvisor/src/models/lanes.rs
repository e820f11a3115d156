//! Models of the hand-over of a waiting submission: at any moment one party holds it, and that party runs it or ends it.

use std::sync::Arc;

use loom::thread;
use tokio::time::Instant;

use super::world::{Added, Silent, World, arrival, at_once, work};
use super::{GRACE, explore, explore_within, join, outcome, stop, submission};
use crate::event::{EventName, EventSet};
use crate::policy::Config;
use crate::runtime::actor::delayed::FIRST_REPORT;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::cell::TaskCell;
use crate::runtime::registry::slot::{Admission, TimerChange};
use crate::runtime::registry::{Arrival, CheckIn, Limits, Placement, RegisterError, Registry, Withdrawal};
use crate::runtime::subscriber::Subscriber;
use crate::sync::{AtomicUsize, Ordering};
use crate::task::{Outcome, Rejection};

const LIMITS: Limits = Limits { per_slot: 8, total: 8 };

/// Registers a submission. Returns its placement, and whether it supersedes another one that the caller must end.
fn register(
    registry: &Registry,
    task: &Arc<TaskCell>,
    admission: Admission,
    check_out: bool,
) -> Result<(Placement, bool), RegisterError> {
    let mut arrival = Arrival { check_out, ..arrival(admission, LIMITS, Instant::now()) };
    let placement = registry.register_submission(task, &mut arrival)?;
    Ok((placement, arrival.superseded.is_some()))
}

/// A slot with an owner and a submission that its submitter has checked out.
#[derive(Clone)]
struct CheckedOut {
    registry: Arc<Registry>,
    owner: Arc<TaskCell>,
    queued: Arc<TaskCell>,
}

impl CheckedOut {
    fn new(admission: Admission) -> Self {
        let (registry, now) = (Arc::new(Registry::new(1)), Instant::now());
        let [owner, queued] = [(); 2].map(|()| submission("slot", now));
        register(&registry, &owner, Admission::Queue, false).expect("the slot is idle");
        register(&registry, &queued, admission, true).expect("the queue has room");
        Self { registry, owner, queued }
    }

    fn check_in(&self) -> CheckIn {
        self.registry.check_in(&self.queued, &mut Some(work()))
    }

    /// Calls `call` on another thread.
    fn spawn<T: 'static>(&self, call: impl FnOnce(&Self) -> T + 'static) -> thread::JoinHandle<T> {
        let slot = self.clone();
        thread::spawn(move || call(&slot))
    }

    /// Ends the owner as its lane does. Returns whether the lane must run the queued submission.
    fn pass_on(&self) -> bool {
        self.registry.deregister(&self.owner, Instant::now()).is_some()
    }

    fn withdraw(&self) -> bool {
        matches!(self.registry.withdraw(&self.queued, stop(Instant::now())).0, Withdrawal::Taken(_))
    }
}

/// Explores the check-in × `other`, which returns how many parties it gave the submission to. Together they give it to exactly
/// one, unless it still waits.
fn explore_check_in(admission: Admission, other: fn(&CheckedOut) -> usize) {
    explore(move || {
        let slot = CheckedOut::new(admission);
        let other = slot.spawn(other);
        let checked_in = slot.check_in();
        let given = join(other);
        match checked_in {
            CheckIn::Queued => assert_eq!(given, 1, "it was taken out after the check-in"),
            CheckIn::Owner | CheckIn::Withdrawn(_) => assert_eq!(given, 0, "two parties hold it"),
        }
        assert!(
            matches!(slot.check_in(), CheckIn::Owner | CheckIn::Withdrawn(None)),
            "it is not in the queue"
        );
    });
}

/// `check_in` × `deregister` of the owner.
#[test]
fn a_checked_out_submission_gets_a_lane_from_one_party() {
    explore_check_in(Admission::Queue, |slot| usize::from(slot.pass_on()));
}

/// `check_in` × `withdraw`.
#[test]
fn a_checked_out_submission_is_canceled_by_one_party() {
    explore_check_in(Admission::Queue, |slot| usize::from(slot.withdraw()));
}

/// `check_in` × `clear`.
#[test]
fn a_checked_out_submission_is_cleared_by_one_party() {
    explore_check_in(Admission::Queue, |slot| {
        slot.registry.clear("slot", stop(Instant::now())).map_or(0, |cleared| cleared.waiting.len())
    });
}

/// `check_in` × `close_admission`.
#[test]
fn a_checked_out_submission_is_rejected_by_one_party() {
    explore_check_in(Admission::Queue, |slot| {
        slot.registry.close_admission(Some(stop(Instant::now()))).waiting.len()
    });
}

/// `check_in` × `register_submission` that supersedes it.
#[test]
fn a_checked_out_submission_is_superseded_by_one_party() {
    for admission in [Admission::Replace, Admission::Latest] {
        explore(move || {
            let slot = CheckedOut::new(admission);
            let other = slot.spawn(move |slot| {
                let newer = submission("slot", Instant::now());
                register(&slot.registry, &newer, admission, false).expect("it is admitted").1
            });
            let checked_in = slot.check_in();
            assert_eq!(join(other), matches!(checked_in, CheckIn::Queued));
        });
    }
}

/// `check_in` × `withdraw` × `deregister`: exactly one party holds the submission in the end.
#[test]
fn a_checked_out_submission_goes_to_one_of_three_parties() {
    explore(|| {
        let slot = CheckedOut::new(Admission::Queue);
        let (passing, withdrawing) = (slot.spawn(CheckedOut::pass_on), slot.spawn(CheckedOut::withdraw));
        let submitter_holds = !matches!(slot.check_in(), CheckIn::Queued);
        let holders = [submitter_holds, join(passing), join(withdrawing)];
        assert_eq!(holders.iter().filter(|holds| **holds).count(), 1, "{holders:?}");
    });
}

/// `check_waits`, `check_in` × `deregister`: a submission whose wait is reported is run by one party, and not before the
/// report was published.
#[test]
fn a_delayed_submission_gets_a_lane_from_one_party() {
    explore(|| {
        let (registry, now) = (Arc::new(Registry::new(1)), Instant::now());
        let [owner, queued] = [(); 2].map(|()| submission("slot", now));
        let [_, placement] = [&owner, &queued].map(|task| {
            let mut arrival = Arrival { reports_delays: true, ..arrival(Admission::Queue, LIMITS, now) };
            registry.register_submission(task, &mut arrival).expect("the queue has room")
        });
        let Placement::Queued { timer: Some(TimerChange::Start(wakeup)), .. } = placement else {
            panic!("the first report needs a timer")
        };
        let passing = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || registry.deregister(&owner, now).is_some())
        };
        let due =
            registry.check_waits(&"slot".into(), &wakeup, (now, now + FIRST_REPORT), true).delayed.pop();
        let checked_in = due.map(|(cell, _, work)| registry.check_in(&cell, &mut Some(work)));
        let given = join(passing);
        match checked_in {
            Some(CheckIn::Owner) => assert!(!given, "two parties hold it"),
            Some(CheckIn::Queued) | None => assert!(given, "it was not passed on"),
            Some(CheckIn::Withdrawn(_)) => panic!("it was not withdrawn"),
        }
    });
}

/// A world in which a submission that waits is checked out, because a subscriber wants its events.
fn observed_world() -> World {
    let events = EventSet::of(&[EventName::Queued]);
    World::with(Config::default(), vec![Subscriber::new(Silent).with_events(events)])
}

/// `submit` with events × the end of the owner: the submission runs, on the lane of the owner or on its own.
#[test]
fn a_submission_whose_wait_is_published_runs_once() {
    explore_within(3, || {
        let (world, attempts) = (observed_world(), Arc::new(AtomicUsize::new(0)));
        let counted = || -> ErasedBody {
            let attempts = Arc::clone(&attempts);
            erase(move |_| {
                attempts.fetch_add(1, Ordering::AcqRel);
                async { Ok(()) }
            })
        };
        let owner = world.submit(Admission::Queue, counted()).expect("the slot is idle").spawn();
        assert!(world.submit(Admission::Queue, counted()).expect("the queue has room").run().is_completed());
        assert!(join(owner).is_completed());
        assert_eq!(attempts.load(Ordering::Acquire), 2);
        assert!(world.is_empty());
    });
}

/// The drop of a lane × `submit`: the submission is aborted with the lane, or owns the slot.
#[test]
fn a_submission_during_the_drop_of_a_lane_runs_or_is_aborted() {
    explore(|| {
        let world = World::new();
        let Added { handle, actor } = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let dropping = thread::spawn(move || drop(actor));
        let next = world.submit(Admission::Queue, at_once()).expect("the queue has room").run();
        assert!(next.is_completed() || next.is_aborted(), "{next}");
        join(dropping);
        assert!(outcome(handle.cell()).is_aborted());
        assert!(world.is_empty());
    });
}

/// The drop of a lane × `cancel` of a submission in its queue × `cancel` of the next one: each ends once.
#[test]
fn a_canceled_submission_ends_once_with_a_dropped_lane() {
    explore_within(2, || {
        let world = World::new();
        let Added { actor, .. } = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let queued = [(); 2].map(|()| world.submit(Admission::Queue, at_once()).expect("the queue has room"));
        let dropping = thread::spawn(move || drop(actor));
        let canceling = queued.each_ref().map(|queued| {
            let handle = queued.handle.clone();
            thread::spawn(move || handle.cancel())
        });
        for queued in &queued {
            let end = outcome(queued.handle.cell());
            assert!(end.is_canceled() || end.is_aborted(), "{end}");
        }
        join(dropping);
        for canceling in canceling {
            join(canceling);
        }
        assert!(world.is_empty());
    });
}

/// `clear` of a submission with a destructor × `force_end` × `outcome`: it ends once, as cleared.
#[test]
fn a_cleared_submission_ends_once_even_if_forced() {
    struct Dropped(Arc<AtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::AcqRel);
        }
    }
    explore_within(3, || {
        let (world, drops) = (World::new(), Arc::new(AtomicUsize::new(0)));
        let Added { actor, .. } = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let value = Dropped(Arc::clone(&drops));
        let body = erase(move |_| {
            let _value = &value;
            async { Ok(()) }
        });
        let queued = world.submit(Admission::Queue, body).expect("the queue has room");
        let forcing = {
            let (cell, now) = (Arc::clone(queued.handle.cell()), world.now);
            thread::spawn(move || cell.force_end(now + GRACE) || cell.force_end(now + 2 * GRACE))
        };
        world.supervisor.clear_slot("slot");
        assert!(matches!(outcome(queued.handle.cell()), Outcome::Rejected(Rejection::Cleared)));
        join(forcing);
        assert_eq!(drops.load(Ordering::Acquire), 1, "the value was not dropped once");
        drop(actor);
        assert!(world.is_empty());
    });
}
