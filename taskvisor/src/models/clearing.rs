//! Models of clearing a slot and of shutdown, against the slot passing to its next owner: no waiting submission starts, and
//! none is left waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loom::thread;
use tokio::time::Instant;

use super::world::{World, at_once, until_cancelled};
use super::{explore, explore_within, join};
use crate::TaskError;
use crate::runtime::body::{ErasedBody, erase};
use crate::runtime::cell::StopRequest;
use crate::runtime::registry::RegisterError;
use crate::runtime::registry::slot::Admission;
use crate::task::{Outcome, Rejection, StopCause};

fn cleared_at(now: Instant) -> StopRequest {
    StopRequest::reject(Rejection::Cleared, now)
}

/// Whether the clear or the stop has returned. A standard atomic, which adds no schedules: loom's locks order its accesses.
#[derive(Clone, Default)]
struct Cleared(Arc<AtomicBool>);

impl Cleared {
    /// Creates a body that fails if it starts after the clear.
    fn body(&self) -> ErasedBody {
        let cleared = self.clone();
        erase(move |_| {
            let late = cleared.0.load(Ordering::SeqCst);
            async move { if late { Err(TaskError::fatal("it started after the clear")) } else { Ok(()) } }
        })
    }
}

/// `clear` × `deregister`: a queued submission is rejected, or it owned the
/// slot before and gets a stop request. It does not start after the clear.
#[test]
fn no_queued_submission_starts_after_a_clear() {
    explore_within(4, || {
        let (world, cleared) = (World::new(), Cleared::default());
        let owner = world.submit(Admission::Queue, cleared.body()).expect("the slot is idle").spawn();
        let queued = world.submit(Admission::Queue, cleared.body()).expect("the queue has room").spawn();
        world.supervisor.clear_slot("slot");
        cleared.0.store(true, Ordering::SeqCst);
        let stopped = |end: &Outcome| matches!(end, Outcome::Canceled { cause: StopCause::Clear, .. });
        let owner = join(owner);
        assert!(owner.is_completed() || stopped(&owner), "{owner}");
        let queued = join(queued);
        let rejected = matches!(queued, Outcome::Rejected(Rejection::Cleared));
        assert!(rejected || queued.is_completed() || stopped(&queued), "{queued}");
        assert!(world.is_empty());
    });
}

/// `clear` × `submit` × `deregister`: a submission during the clear is cleared too, or owns the slot and runs.
#[test]
fn a_submission_during_a_clear_is_cleared_or_runs() {
    explore_within(3, || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
        let clearing = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.clear_slot("slot"))
        };
        let outcome = world.submit(Admission::Queue, at_once()).expect("the queue has room").run();
        assert!(join(clearing) || outcome.is_completed());
        assert!(!outcome.is_failed() && !outcome.is_aborted(), "{outcome}");
        join(owner);
        assert!(world.is_empty());
    });
}

/// `clear` × `clear`: each queued submission is returned by exactly one of them.
#[test]
fn of_two_clears_one_returns_each_queued_submission() {
    explore(|| {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle");
        let queued = world.submit(Admission::Queue, at_once()).expect("the queue has room");
        let clearing = {
            let world = world.clone();
            thread::spawn(move || world.shared.registry.clear("slot", cleared_at(world.now)))
        };
        let cleared = [world.shared.registry.clear("slot", cleared_at(world.now)), join(clearing)];
        let removed: Vec<_> = cleared.into_iter().flatten().flat_map(|cleared| cleared.waiting).collect();
        assert_eq!(removed.len(), 1);
        world.shared.end_withdrawn(removed, Some(cleared_at(world.now)));
        drop((owner, queued));
        assert!(world.is_empty());
    });
}

/// `close_admission` × `deregister`.
#[test]
fn no_queued_submission_starts_after_a_shutdown_request() {
    explore_within(4, || {
        let (world, cleared) = (World::new(), Cleared::default());
        let owner = world.submit(Admission::Queue, cleared.body()).expect("the slot is idle").spawn();
        let queued = world.submit(Admission::Queue, cleared.body()).expect("the queue has room").spawn();
        world.supervisor.stop();
        cleared.0.store(true, Ordering::SeqCst);
        let stopped = |end: &Outcome| matches!(end, Outcome::Canceled { cause: StopCause::Shutdown, .. });
        let owner = join(owner);
        assert!(owner.is_completed() || stopped(&owner), "{owner}");
        let queued = join(queued);
        let rejected = matches!(queued, Outcome::Rejected(Rejection::ShuttingDown));
        assert!(rejected || queued.is_completed() || stopped(&queued), "{queued}");
        assert!(world.is_empty());
    });
}

/// `close_admission` × `submit` × `deregister`: a submission during the shutdown is not accepted, or gets a stop request.
#[test]
fn a_submission_during_shutdown_is_rejected_or_stopped() {
    explore_within(3, || {
        let world = World::new();
        let owner = world.submit(Admission::Queue, at_once()).expect("the slot is idle").spawn();
        let stopping = {
            let world = world.clone();
            thread::spawn(move || world.supervisor.stop())
        };
        match world.submit(Admission::Queue, until_cancelled()) {
            Ok(accepted) => {
                let outcome = accepted.run();
                let rejected = matches!(outcome, Outcome::Rejected(Rejection::ShuttingDown));
                assert!(rejected || outcome.is_canceled(), "{outcome}");
            }
            Err(error) => assert_eq!(error, RegisterError::Closed),
        }
        join(stopping);
        join(owner);
        assert!(world.is_empty());
        assert_eq!(world.submit(Admission::Queue, at_once()).err(), Some(RegisterError::Closed));
    });
}
