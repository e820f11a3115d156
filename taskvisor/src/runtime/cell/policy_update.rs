//! New policies for a live task.
//!
//! An attempt that begins after `update_policy` has returned uses the new policy. A running attempt keeps the old one, also for what
//! follows it: its classification, the next step, and the length of the wait. A wait that is scheduled already keeps its length.
//!
//! `update_policy` stores the update first, and sets the signal [`Signal::Updated`] under the lock of the state afterwards. The actor
//! finds the signal under this lock when an attempt is to begin (`begin_attempt`), removes it, and only then takes the update. So a
//! signal is never removed without the update that it stands for. The other order is harmless: if the actor takes an update before its
//! signal is set, it finds the signal later, and nothing to take.
//!
//! The update is in the rare state, and so its memory is freed with the cell, whatever ends the task.

use super::TaskCell;
use super::signals::Signal;
use crate::policy::{Milliseconds, Policy, RareOptions};
use crate::runtime::body::Needs;
use crate::sync::Mutex;

/// What replaces the policy of a task.
#[derive(Clone, Debug)]
pub(crate) struct PolicyUpdate {
    pub(crate) policy: Policy,
    pub(crate) options: RareOptions,
    pub(crate) stop_timeout: Option<Milliseconds>,
    /// `None` stands for the default.
    pub(crate) start_timeout: Option<Milliseconds>,
}

/// What is known of a task whose policy may be replaced. New options are checked with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpdateSetup {
    pub(crate) needs: fn(&mut Needs<'_>),
    /// Whether the function of the task returns `!`.
    pub(crate) never_returns: bool,
}

/// The part of the rare state of a task whose policy may be replaced.
#[derive(Debug)]
pub(crate) struct Updates {
    setup: UpdateSetup,
    /// The latest update that the actor has not taken.
    // No other lock is held when this one is taken, nor taken while it is held.
    pending: Mutex<Option<Box<PolicyUpdate>>>,
}

impl Updates {
    pub(super) fn new(setup: UpdateSetup) -> Self {
        Self { setup, pending: Mutex::default() }
    }
}

impl TaskCell {
    /// How the policy of the task may be replaced. `None` if it may not.
    #[cfg(any(feature = "config", test))]
    pub(crate) fn update_setup(&self) -> Option<UpdateSetup> {
        Some(self.rare()?.updates()?.setup)
    }

    /// Replaces the policy. Of two calls, the later one decides. No effect on a task whose policy may not be replaced.
    ///
    /// # Errors
    ///
    /// No further attempt begins: the task has ended, or a stop was requested.
    #[cfg(any(feature = "config", test))]
    pub(crate) fn update_policy(&self, update: Box<PolicyUpdate>) -> Result<(), super::InterruptError> {
        let Some(updates) = self.rare().and_then(|rare| rare.updates()) else { return Ok(()) };
        // Before the signal: see above.
        let _replaced = updates.pending.lock().replace(update);
        let mut state = self.state.lock();
        self.check_operable(&state)?;
        state.signals.set(Signal::Updated);
        Ok(())
    }

    /// Takes the pending update, and replaces the options that the cell keeps. Returns the policy for the actor. Called between two
    /// attempts.
    #[cold]
    pub(crate) fn take_policy_update(&self) -> Option<Policy> {
        // Before the update: see above.
        self.state.lock().signals.take(Signal::Updated);
        let rare = self.rare()?;
        let update = rare.updates()?.pending.lock().take()?;
        let PolicyUpdate { policy, options, stop_timeout, start_timeout } = *update;
        self.stop_timeout.set(stop_timeout);
        self.set_start_timeout(start_timeout.unwrap_or(Milliseconds::START_TIMEOUT));
        rare.update_options(&options);
        Some(policy)
    }
}
