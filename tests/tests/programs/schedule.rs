//! When a task runs: data, text, and the options of its spec.

use std::fmt::{Display, Formatter, Result};

use taskvisor::{Missed, Overlap, TaskSpec};
use tests::Rules;

use crate::program::Ms;
use crate::specs::millis;

/// The options of a task about when it runs. A job has none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    /// The period of a grid.
    pub(crate) every: Option<Ms>,
    pub(crate) start_delay: Option<Ms>,
    pub(crate) overlap: Option<Overlap>,
    pub(crate) missed: Option<Missed>,
}

impl Schedule {
    /// Whether no option is set.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { every, start_delay, overlap, missed } = self;
        every.is_none() && start_delay.is_none() && overlap.is_none() && missed.is_none()
    }

    pub(crate) fn apply(&self, mut rules: Rules) -> Rules {
        if let Some(period) = self.every {
            rules = rules.with_every(millis(period));
        }
        if let Some(delay) = self.start_delay {
            rules = rules.start_delay(millis(delay));
        }
        if let Some(overlap) = self.overlap {
            rules = rules.overlap(overlap);
        }
        if let Some(missed) = self.missed {
            rules = rules.missed(missed);
        }
        rules
    }

    /// The options of a task that inherits its policy.
    pub(crate) fn inherit(&self, spec: TaskSpec) -> TaskSpec {
        let spec = spec.with_every(self.every.map(millis)).with_start_delay(self.start_delay.map(millis));
        spec.with_overlap(self.overlap).with_missed(self.missed)
    }
}

impl Display for Schedule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(period) = self.every {
            write!(f, " | every {period} ms")?;
        }
        if let Some(delay) = self.start_delay {
            write!(f, " | start delay {delay} ms")?;
        }
        if let Some(overlap) = self.overlap {
            write!(f, " | overlap: {overlap}")?;
        }
        match self.missed {
            Some(missed) => write!(f, " | missed: {missed}"),
            None => Ok(()),
        }
    }
}
