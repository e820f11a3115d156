//! What operators do with tasks.

use std::fmt;

/// An operation on a task or on a slot: the method of [`TaskHandle`](crate::TaskHandle) or of
/// [`SupervisorHandle`](crate::SupervisorHandle) that was called.
///
/// `Display` writes the name of the method, such as `pause_after_attempt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// [`pause`](crate::TaskHandle::pause).
    Pause,
    /// [`pause_after_attempt`](crate::TaskHandle::pause_after_attempt).
    PauseAfterAttempt,
    /// [`resume`](crate::TaskHandle::resume).
    Resume,
    /// [`restart`](crate::TaskHandle::restart).
    Restart,
    /// [`trigger`](crate::TaskHandle::trigger).
    Trigger,
    /// [`start`](crate::SupervisorHandle::start).
    Start,
    /// [`cancel`](crate::TaskHandle::cancel), and the other methods that request the stop of one task.
    Cancel,
    /// [`scale`](crate::SupervisorHandle::scale).
    Scale,
    /// `clear_slot`.
    ClearSlot,
}

impl Operation {
    /// Returns a stable name for logs and metrics: that of the method.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::PauseAfterAttempt => "pause_after_attempt",
            Self::Resume => "resume",
            Self::Restart => "restart",
            Self::Trigger => "trigger",
            Self::Start => "start",
            Self::Cancel => "cancel",
            Self::Scale => "scale",
            Self::ClearSlot => "clear_slot",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
