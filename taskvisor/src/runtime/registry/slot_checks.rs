//! The checks of a slot by its timer: which of the waiting submissions have expired, and whose wait must be reported.

use std::sync::Arc;

use tokio::time::Instant;

use super::room::RoomWakeups;
use super::slots::{WithdrawnSubmission, Work, take_or_defer};
use super::started::{StartedOwners, start_waiting};
use super::{Registry, Shard};
use crate::runtime::actor::delayed::next_report;
use crate::runtime::cell::{StopRequest, TaskCell};
use crate::sync::Notify;
use crate::task::Rejection;

/// What the timer of a slot must do.
#[derive(Debug, Default)]
pub(crate) struct DueWaits {
    /// Submissions that have expired, withdrawn from the queue. The timer ends them.
    pub(crate) expired: Vec<WithdrawnSubmission>,
    /// Submissions that started because one before them has expired. The timer spawns a lane for each.
    pub(crate) started: StartedOwners,
    /// Submissions whose wait for the slot must be reported, checked out, and since when each waits.
    pub(crate) delayed: Vec<(Arc<TaskCell>, Instant, Work)>,
    /// The owners of the slot, and since when each owns it. Empty if no wait must be reported.
    pub(crate) owners: Vec<(Arc<TaskCell>, Instant)>,
    /// When to check again. `None` ends the timer.
    pub(crate) next_check: Option<Instant>,
}

impl Registry {
    /// Withdraws the submissions of a slot that have expired at `now`, and with `reports_delays` checks out those whose report
    /// is due between `checked` and `now`. `wakeup` identifies the timer that calls it.
    ///
    /// The timer ends if the slot was idle meanwhile, or if no waiting submission needs it. The next one that does starts another.
    pub(crate) fn check_waits(
        &self,
        slot: &Arc<str>,
        wakeup: &Arc<Notify>,
        (checked, now): (Instant, Instant),
        reports_delays: bool,
    ) -> DueWaits {
        let mut due = DueWaits::default();
        let hash = self.hash_of(slot);
        let (mut total_awaited, mut wakeups) = (false, RoomWakeups::default());
        let _ended = {
            let mut shard = self.shard(hash).lock();
            let Shard { slots, withdrawn, room, .. } = &mut *shard;
            let Some(queue) = slots.find_mut(hash, |other| other.is(slot)) else { return due };
            // The slot was idle, and another timer has started since.
            if !queue.timer.as_ref().is_some_and(|timer| Arc::ptr_eq(&timer.wakeup, wakeup)) {
                return due;
            }
            let expired = queue.take_expired(now);
            if !expired.is_empty() {
                let mut dequeued = expired.len();
                if queue.is_shared() {
                    let (started, more) = start_waiting(queue, now);
                    due.started = started;
                    dequeued += more;
                }
                total_awaited = self.waiting.release(dequeued);
                wakeups = room.take_next(slot, Some(queue));
                let request = Some(StopRequest::reject(Rejection::Expired, now));
                due.expired = expired
                    .into_iter()
                    .filter_map(|queued| take_or_defer(queued, request, withdrawn))
                    .collect();
            }
            let checks = queue.queued().flat_map(|queued| {
                let report = reports_delays.then(|| next_report(queued.since, now));
                report.into_iter().chain(queued.expiry())
            });
            due.next_check = checks.min();
            if reports_delays {
                let reported =
                    queue.all_queued_mut().filter(|queued| next_report(queued.since, checked) <= now);
                // One that is checked out by its submitter was enqueued a moment ago: its report is due at the next check.
                due.delayed = reported
                    .filter_map(|queued| Some((Arc::clone(&queued.task), queued.since, queued.work.take()?)))
                    .collect();
                if !due.delayed.is_empty() {
                    due.owners = queue.owners().map(|owner| (Arc::clone(&owner.task), owner.since)).collect();
                }
            }
            match (&mut queue.timer, due.next_check) {
                (Some(timer), Some(next_check)) => {
                    timer.next_check = next_check;
                    None
                }
                (timer, _) => timer.take(),
            }
        };
        self.wake_for_room(wakeups, total_awaited);
        due
    }
}
