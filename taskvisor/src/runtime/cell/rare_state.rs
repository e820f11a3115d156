//! The options and the state that most tasks never need, behind one pointer in the cell.
//!
//! The pointer shares the field of the slot, because a field of its own would enlarge the allocation of every task.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;

use super::heartbeat::Heartbeat;
use super::live_options::LiveOptions;
use super::policy_update::{UpdateSetup, Updates};
use crate::policy::RareOptions;
use crate::runtime::failure_window::FailureWindow;
use crate::runtime::instances::InstanceOf;
use crate::runtime::limits::AttemptLimits;
use crate::runtime::schedule::Schedule;
use crate::sync::Mutex;

/// The rare options of a task, and the state that they need. Set before the task is registered.
#[derive(Debug)]
pub(crate) struct RareState {
    /// The slot of a submission.
    slot: Option<Arc<str>>,
    options: LiveOptions,
    schedule: Option<Box<Schedule>>,
    limits: Option<Arc<AttemptLimits>>,
    instance: Option<InstanceOf>,
    updates: Option<Box<Updates>>,
    /// When the attempt is expected to begin, while the task waits for a token of its rate limit.
    // No other lock is held when this one is taken, nor taken while it is held.
    expected_start: Mutex<Option<Instant>>,
    heartbeat: Heartbeat,
    /// Whether a shutdown lets the running attempt finish. Never reset. See `shutdown.rs`.
    // Written and read under the lock of the cell, so that it needs no ordering, and not loom's atomic.
    finishing: AtomicBool,
    /// The failures in the window of `max_failures`.
    // Only the actor takes this lock, and no other one under it. So a new limit is set between two attempts.
    failures: Mutex<FailureWindow>,
}

/// What the rare state is created from.
#[derive(Debug, Default)]
pub(crate) struct RareSetup {
    pub(crate) options: RareOptions,
    pub(crate) schedule: Option<Box<Schedule>>,
    pub(crate) limits: Option<Arc<AttemptLimits>>,
    pub(crate) instance: Option<InstanceOf>,
    /// Set if the policy of the task may be replaced.
    pub(crate) updates: Option<UpdateSetup>,
}

/// The slot of a submission, or the rare state, which then contains the slot.
#[derive(Debug)]
pub(super) enum SlotOrRare {
    Slot(Arc<str>),
    Rare(Option<Box<RareState>>),
}

impl SlotOrRare {
    pub(super) fn new(slot: Option<Arc<str>>) -> Self {
        slot.map_or(Self::Rare(None), Self::Slot)
    }

    pub(super) fn with_rare(self, parts: RareSetup, now: Instant) -> Self {
        let RareSetup { options, schedule, limits, instance, updates } = parts;
        let slot = match self {
            Self::Slot(slot) => Some(slot),
            Self::Rare(rare) => rare.and_then(|rare| rare.slot),
        };
        let heartbeat = Heartbeat::new(now);
        let failures = Mutex::new(FailureWindow::new(options.max_failures));
        Self::Rare(Some(Box::new(RareState {
            slot,
            options: LiveOptions::new(&options),
            schedule,
            limits,
            instance,
            updates: updates.map(|setup| Box::new(Updates::new(setup))),
            expected_start: Mutex::default(),
            heartbeat,
            finishing: AtomicBool::new(false),
            failures,
        })))
    }

    #[inline]
    pub(super) fn slot(&self) -> Option<&Arc<str>> {
        match self {
            Self::Slot(slot) => Some(slot),
            Self::Rare(None) => None,
            Self::Rare(Some(rare)) => rare.slot.as_ref(),
        }
    }

    #[inline]
    pub(super) fn rare(&self) -> Option<&RareState> {
        match self {
            Self::Slot(_) => None,
            Self::Rare(rare) => rare.as_deref(),
        }
    }
}

impl RareState {
    #[inline]
    pub(crate) fn options(&self) -> &LiveOptions {
        &self.options
    }

    /// Replaces the options that can change while the task is live. Called between two attempts.
    pub(super) fn update_options(&self, options: &RareOptions) {
        self.options.update(options);
        self.failures.lock().set_limit(options.max_failures);
    }

    /// The updates of its policy, if it may be replaced.
    pub(super) fn updates(&self) -> Option<&Updates> {
        self.updates.as_deref()
    }

    /// When the task runs, if it has a schedule or a start delay.
    pub(crate) fn schedule(&self) -> Option<&Schedule> {
        self.schedule.as_deref()
    }

    /// The limits that its attempts share with others, if there are any.
    #[inline]
    pub(crate) fn limits(&self) -> Option<&Arc<AttemptLimits>> {
        self.limits.as_ref()
    }

    /// Which instance the task is, if it is one.
    #[inline]
    pub(crate) fn instance(&self) -> Option<&InstanceOf> {
        self.instance.as_ref()
    }

    pub(crate) fn set_expected_start(&self, at: Instant) {
        *self.expected_start.lock() = Some(at);
    }

    /// When the attempt is expected to begin. Without meaning unless the task waits for a token.
    pub(super) fn expected_start(&self) -> Option<Instant> {
        *self.expected_start.lock()
    }

    pub(crate) fn heartbeat(&self) -> &Heartbeat {
        &self.heartbeat
    }

    pub(super) fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Relaxed)
    }

    pub(super) fn set_finishing(&self) {
        self.finishing.store(true, Ordering::Relaxed);
    }

    pub(crate) fn failures(&self) -> &Mutex<FailureWindow> {
        &self.failures
    }
}

#[cfg(all(test, not(taskvisor_loom), target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn the_rare_state_takes_no_room_beside_the_slot() {
        assert_eq!(size_of::<SlotOrRare>(), size_of::<Option<Arc<str>>>());
    }
}
