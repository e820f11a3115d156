//! Blame: what the outage of a needed task does to the failures and to the backoff of its dependents.

use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::next_step::AttemptClass;
use super::{ActorStage, CONTINUE, PENDING, Step, TaskActor};
use crate::runtime::cell::RareState;
use crate::task::InterruptCause;

impl TaskActor {
    /// After an attempt that took `ran`: removes the failures that an outage explains from the streak. Returns whether the failure of
    /// this attempt is excused, because a needed task is not ready.
    #[cold]
    pub(super) fn excuse_failures(&mut self, class: AttemptClass, now: Instant, ran: Duration) -> bool {
        let Some(edges) = self.rare.known_edges_mut() else { return false };
        let registry = &self.registration.shared().registry;
        let failures = self.registration.cell().rare().map(RareState::failures);
        self.streak.forgive(edges.forgive(registry, failures));
        // Only failures that another attempt may follow are counted.
        let may_retry = matches!(class, AttemptClass::Failed | AttemptClass::RetryAfter(_));
        let excused = may_retry && edges.has_lost(registry);
        if matches!(class, AttemptClass::Succeeded | AttemptClass::Done)
            || may_retry && ran >= self.policy.stable_after()
        {
            // The streak begins anew, as `FailureStreak::count` decides for the same attempt.
            edges.forget();
        }
        // The user has chosen the delay of a `retry_after`, so that the end of an outage does not end it.
        edges.remember((may_retry && !excused).then_some(now), excused, class == AttemptClass::Failed);
        excused
    }

    /// Starts to watch the needed tasks for an attempt that begins: all of them are ready.
    #[cold]
    pub(super) fn begin_watch(&mut self) {
        if let Some(edges) = self.rare.known_edges_mut() {
            edges.begin_attempt();
        }
    }

    /// Forgets the streak before an interrupt, if its cause says so.
    pub(super) fn clear_streak(&mut self, cause: InterruptCause) {
        self.streak.clear(cause);
        if cause == InterruptCause::Restart {
            if let Some(rare) = self.registration.cell().rare() {
                rare.failures().lock().clear();
            }
            if let Some(edges) = self.rare.known_edges_mut() {
                edges.forget();
            }
        }
    }

    /// During a backoff: ends it once the needed tasks are ready again, if their outage explains the failure. Registers the waker for
    /// the next change.
    #[cold]
    pub(super) fn watch_backoff(&mut self, context: &Context<'_>) -> Step {
        let Some(edges) = self.rare.known_edges_mut().filter(|edges| edges.is_backing_off()) else {
            return PENDING;
        };
        let failures = self.registration.cell().rare().map(RareState::failures);
        let (removed, recovered) =
            edges.poll_backoff(&self.registration.shared().registry, failures, context);
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
