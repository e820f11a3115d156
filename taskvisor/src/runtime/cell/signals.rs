//! What the body and operators have left for the actor to see in its next poll, in one byte: every task pays for its size. The upper
//! four bits are what the gauges show of the task (`shown.rs`).

#[cfg(feature = "metrics")]
use super::shown::Shown;

/// One signal.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Signal {
    /// The body has notified since the actor has last observed the readiness.
    Notified = 1,
    /// An operator has ended the wait of a task with a schedule. See `schedule.rs`.
    Triggered = 1 << 1,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signals(u8);

impl Signals {
    /// The bits of the signals.
    const MASK: u8 = 0x0F;

    pub(super) fn set(&mut self, signal: Signal) {
        self.0 |= signal as u8;
    }

    /// Removes a signal. Returns whether it was set.
    pub(super) fn take(&mut self, signal: Signal) -> bool {
        let is_set = self.0 & signal as u8 != 0;
        self.0 &= !(signal as u8);
        is_set
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 & Self::MASK == 0
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
