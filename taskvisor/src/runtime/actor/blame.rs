//! Blame: what the outage of a needed task does to the failures and to the backoff of its dependents.

use std::task::Context;

use tokio::time::Instant;

use super::next_step::AttemptClass;
use super::{ActorStage, CONTINUE, PENDING, Step, TaskActor};

impl TaskActor {
    /// Removes the failures that an outage explains from the series, and returns whether the attempt that has ended now is excused: it
    /// has failed while a needed task is not ready.
    pub(super) fn excuse_failures(&mut self, class: AttemptClass) -> bool {
        let Some(edges) = self.rare.known_edges_mut() else { return false };
        self.streak.forgive(edges.forgive());
        is_retried(class) && edges.has_lost()
    }

    /// Remembers when the failure of the attempt that has ended was counted, after the series has counted it.
    pub(super) fn remember_failure(&mut self, class: AttemptClass, excused: bool, now: Instant) {
        let Some(edges) = self.rare.known_edges_mut() else { return };
        let counted = (is_retried(class) && !excused).then_some(now);
        edges.remember(counted, excused, self.streak.failures());
    }

    /// During a backoff: ends it once the needed tasks are ready again, if their outage explains the failure. Registers the waker for
    /// the next change.
    pub(super) fn watch_backoff(&mut self, context: &Context<'_>) -> Step {
        let Some(edges) = self.rare.known_edges_mut().filter(|edges| edges.is_backing_off()) else {
            return PENDING;
        };
        let (removed, recovered) = edges.poll_backoff(context);
        if removed > 0 {
            self.streak.forgive(removed);
            self.registration.cell().count_failures((self.streak.failures(), self.streak.total()));
        }
        if recovered {
            self.stage = ActorStage::Gates;
            return CONTINUE;
        }
        PENDING
    }
}

/// Whether another attempt may follow the failure. Only such failures are counted.
fn is_retried(class: AttemptClass) -> bool {
    matches!(class, AttemptClass::Failed | AttemptClass::RetryAfter(_))
}
