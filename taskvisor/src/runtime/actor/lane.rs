//! The lane of a slot: an actor that runs the submissions of the slot one after the other.
//!
//! The actor of a submission that owns a slot is a lane of that slot, which has one for each owner. At the end of one submission it
//! takes the next one from the queue, in the same poll, with its own registration. It ends when no submission can start: the queue
//! is empty, or its first submission waits for other owners. If several can start, it spawns a lane for each other one. A lane
//! shares its thread: it returns to the scheduler between two submissions
//!
//! - after an end that woke a waiter: the scheduler runs the waiter next on this thread, and no other thread can take it over.
//!   If the next body blocked, the waiter would wait for it;
//! - after [`LANE_TIME`] in one poll, or when Tokio's cooperative budget is used up, so that other tasks run too.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::coop;
use tokio::time::Instant;

use super::next_step::FailureStreak;
use super::{ActorStage, TaskActor, TaskPoll};
use crate::runtime::cell::saturating_deadline;
use crate::runtime::registry::registration::Registration;
use crate::runtime::registry::{NextOwner, StartedOwners, Work};
use crate::runtime::shared::Shared;

/// How long one poll of a lane may take before the lane returns to the scheduler, between two submissions.
const LANE_TIME: Duration = Duration::from_micros(100);

impl Future for TaskActor {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let mut now = None;
        let mut yield_at = None;
        loop {
            match this.poll_task(now, context) {
                TaskPoll::Pending => {
                    this.registration.metrics().state_changed(this.registration.cell());
                    return Poll::Pending;
                }
                TaskPoll::Done => return Poll::Ready(()),
                TaskPoll::Next { at, woke } => {
                    let yield_at = *yield_at.get_or_insert_with(|| saturating_deadline(at, LANE_TIME));
                    if woke || at >= yield_at {
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    match coop::poll_proceed(context) {
                        Poll::Ready(budget) => budget.made_progress(),
                        // Tokio has woken the lane.
                        Poll::Pending => return Poll::Pending,
                    }
                    now = Some(at);
                }
            }
        }
    }
}

impl TaskActor {
    /// Becomes the next owner of the slot. Returns when that one acquired it.
    // No user code runs between the first and the last replaced field, and none of them can panic: a lane that is dropped ends
    // the previous task or this one, never both.
    pub(super) fn become_next(&mut self, next: NextOwner) -> Instant {
        let NextOwner { cell, since, work: Work { body, policy }, others } = next;
        self.body = body;
        self.policy = policy;
        self.stage = ActorStage::Gates;
        self.streak = FailureStreak::default();
        // They hold the timeout of the previous task and the deadline of its stop.
        self.rare.drop_timers();
        self.registration.become_next(cell);
        self.registration.publish_admitted(Some(since));
        if !others.is_empty() {
            self.registration.shared().start_lanes(others);
        }
        since
    }
}

impl Shared {
    /// Spawns a lane for each submission that has started.
    #[cold]
    pub(crate) fn start_lanes(self: &Arc<Self>, started: StartedOwners) {
        for NextOwner { cell, since, work: Work { body, policy }, .. } in started {
            let registration = Registration::of_queued(Arc::clone(self), cell);
            registration.publish_admitted(Some(since));
            let lane = TaskActor::new(registration, body, policy);
            // Always bound here, because a submission was accepted. A runtime that is shut down drops the lane, which ends it.
            if let Some(runtime) = self.runtime.get() {
                runtime.spawn(lane);
            }
        }
    }
}
