//! The signals of the body and of operators to the actor, in one byte: every task pays for its size. The upper four bits are what
//! the gauges show of the task (`shown.rs`).

#[cfg(feature = "metrics")]
use super::shown::Shown;

/// One signal.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Signal {
    /// The body has notified since the actor has last observed the readiness.
    Notified = 1,
    /// An operator has ended the wait for the next attempt. See `schedule.rs`.
    Triggered = 1 << 1,
    /// An operator pauses the task after its running attempt. See `pause.rs`.
    PausesAfterAttempt = 1 << 2,
    /// A caller has replaced the policy. The actor takes it before the next attempt, and not in the next poll. See
    /// `policy_update.rs`.
    Updated = 1 << 3,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signals(u8);

impl Signals {
    /// The bits of the signals.
    const MASK: u8 = 0x0F;

    /// Sets a signal. Returns whether it was set before.
    pub(super) fn set(&mut self, signal: Signal) -> bool {
        let was_set = self.has(signal);
        self.0 |= signal as u8;
        was_set
    }

    pub(super) fn has(self, signal: Signal) -> bool {
        self.0 & signal as u8 != 0
    }

    /// Removes a signal. Returns whether it was set.
    pub(super) fn take(&mut self, signal: Signal) -> bool {
        let is_set = self.has(signal);
        self.0 &= !(signal as u8);
        is_set
    }

    /// Whether the next poll of the actor finds a signal for it.
    pub(super) fn require_poll(self) -> bool {
        self.0 & Self::MASK & !(Signal::PausesAfterAttempt as u8 | Signal::Updated as u8) != 0
    }

    /// Whether a new policy waits for the next attempt. A constant in a build that updates no policy.
    #[inline]
    pub(super) fn is_updated(self) -> bool {
        cfg!(any(feature = "config", test)) && self.0 & Signal::Updated as u8 != 0
    }

    #[cfg(feature = "metrics")]
    pub(super) fn shown(self) -> Shown {
        Shown::from_bits(self.0)
    }

    #[cfg(feature = "metrics")]
    pub(super) fn set_shown(&mut self, shown: Shown) {
        self.0 = self.0 & Self::MASK | shown.bits();
    }
}
