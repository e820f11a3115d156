//! The conclusion of a running attempt: what follows it, as its body requests by `snooze` or `done`.

use std::time::Duration;

use super::{CellPhase, FinishedAttempt, TaskCell};
use crate::policy::nanoseconds;

/// What follows an attempt that returns without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// The next step of the restart policy.
    ByPolicy,
    /// Another attempt, after this delay.
    Snooze(Duration),
    /// The end of the task.
    Done,
}

impl Conclusion {
    pub(crate) fn is_snooze(self) -> bool {
        matches!(self, Self::Snooze(_))
    }
}

/// A conclusion in eight bytes: every task pays for the size of its phase, which has no room for a tag.
// Zero is `ByPolicy`, the largest number is `Done`, and any other one is a delay in nanoseconds plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedConclusion(u64);

impl PackedConclusion {
    pub(super) const BY_POLICY: Self = Self(0);
    const DONE: u64 = u64::MAX;

    pub(super) fn new(conclusion: Conclusion) -> Self {
        Self(match conclusion {
            Conclusion::ByPolicy => 0,
            Conclusion::Snooze(delay) => nanoseconds(delay).saturating_add(1).min(Self::DONE - 1),
            Conclusion::Done => Self::DONE,
        })
    }

    #[inline]
    pub(super) fn get(self) -> Conclusion {
        match self.0 {
            0 => Conclusion::ByPolicy,
            Self::DONE => Conclusion::Done,
            delay => Conclusion::Snooze(Duration::from_nanos(delay - 1)),
        }
    }
}

impl TaskCell {
    /// The conclusion of the running attempt.
    pub(crate) fn conclusion(&self) -> Conclusion {
        self.state.lock().phase.conclusion().get()
    }
}

impl CellPhase {
    #[inline]
    pub(super) fn conclusion(&self) -> PackedConclusion {
        match self {
            Self::Running(conclusion) => *conclusion,
            _ => PackedConclusion::BY_POLICY,
        }
    }
}

impl FinishedAttempt {
    /// What the body has decided to follow, if the attempt returned without an error.
    #[inline]
    pub(crate) fn conclusion(&self) -> Conclusion {
        self.conclusion.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_conclusion_keeps_its_delay() {
        let longest = Duration::from_nanos(u64::MAX - 2);
        for delay in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(86_400), longest] {
            let conclusion = Conclusion::Snooze(delay);
            assert_eq!(PackedConclusion::new(conclusion).get(), conclusion);
        }
        assert_eq!(
            PackedConclusion::new(Conclusion::Snooze(Duration::MAX)).get(),
            Conclusion::Snooze(longest)
        );
        assert_eq!(PackedConclusion::new(Conclusion::Done).get(), Conclusion::Done);
        assert_eq!(PackedConclusion::BY_POLICY.get(), Conclusion::ByPolicy);
    }
}
