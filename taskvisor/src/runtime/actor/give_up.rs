//! Giving up: the end of the retries, because `max_retries` or `max_failures` is exceeded.

use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::{ActorStage, PENDING, Step, TaskActor};
use crate::policy::OnGiveUp;
use crate::runtime::cell::{RareState, TaskEnd};
use crate::task::InterruptCause;

/// The failures with which a task has exceeded `max_retries` or `max_failures`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExceededFailures {
    failures: u32,
    /// The time of `max_failures`. `None` for `max_retries`.
    within: Option<Duration>,
}

impl TaskActor {
    /// The failures with which the task has exceeded `max_retries`.
    pub(super) fn spent_retries(&self) -> ExceededFailures {
        ExceededFailures { failures: self.streak.failures(), within: None }
    }

    /// Counts a failure that would be retried. Returns the failures in the window if the task exceeds its `max_failures`.
    // Inline in every caller, as `schedule_next`.
    #[inline(always)]
    pub(super) fn count_failure(&self, now: Instant, excused: bool) -> Option<ExceededFailures> {
        count_in_window(self.registration.cell().rare().filter(|_| !excused)?, now)
    }

    /// Gives up: the task ends as failed, or is paused until an operator resumes it.
    #[cold]
    pub(super) fn give_up(
        &mut self,
        now: Instant,
        exceeded: ExceededFailures,
        context: &Context<'_>,
    ) -> Step {
        let ExceededFailures { failures, within } = exceeded;
        self.registration.publish_give_up(now, failures, within);
        let counts = (self.streak.failures(), self.streak.total());
        let cell = self.registration.cell();
        let pauses = cell.rare().is_some_and(|rare| rare.options().on_give_up() == OnGiveUp::Pause);
        if !pauses {
            cell.count_failures(counts);
            return self.finish(TaskEnd::Failed, None);
        }
        if let Err(stop) = cell.pause_after_give_up(now, counts) {
            return self.finish_stopped(stop);
        }
        // The status shows the failures until the resume. For the next attempt they are forgotten already.
        self.clear_streak(InterruptCause::Restart);
        self.rare.disarm_timer();
        self.stage = ActorStage::Gates;
        // The next poll finds the task paused, or resumed or restarted since. `end_poll` would miss a pause that is over.
        context.waker().wake_by_ref();
        PENDING
    }
}

// Not inline, because most tasks have no rare state: beside it, `FailureStreak::next` would be a call in every attempt.
#[cold]
fn count_in_window(rare: &RareState, now: Instant) -> Option<ExceededFailures> {
    let (failures, limit) = rare.failures().lock().count(now)?;
    Some(ExceededFailures { failures, within: Some(limit.within()) })
}
