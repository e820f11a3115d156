//! The limits of a declaration: how many of its attempts run at once, and how often they begin.

use std::fmt::{Display, Formatter, Result};

use taskvisor::{RateLimit, TaskSpec};

use crate::program::Ms;
use crate::specs::millis;

/// The names of submissions with limits. They are few, so that submissions share their limits.
pub(crate) const LABELS: [&str; 2] = ["l", "m"];

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limited {
    /// The name of a submission, as an index of `LABELS`. `None` is a name of its own.
    pub(crate) label: Option<usize>,
    pub(crate) max_concurrent: Option<usize>,
    pub(crate) rate: Option<Rate>,
}

/// A limit of `attempts` in `attempts` × `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) attempts: u32,
    pub(crate) interval: Ms,
    pub(crate) burst: u32,
}

impl Limited {
    /// The limits that the job `Limited` declares in `jobs`.
    pub(crate) const OF_A_JOB: Self = Self {
        label: None,
        max_concurrent: Some(1),
        rate: Some(Rate { attempts: 1, interval: 90, burst: 2 }),
    };

    pub(crate) fn is_empty(&self) -> bool {
        self.max_concurrent.is_none() && self.rate.is_none()
    }

    /// The name of a submission, unless it has one of its own.
    pub(crate) fn label(&self) -> Option<&'static str> {
        self.label.map(|label| LABELS[label])
    }

    pub(crate) fn apply(&self, mut spec: TaskSpec) -> TaskSpec {
        if self.max_concurrent.is_some() {
            spec = spec.with_max_concurrent(self.max_concurrent);
        }
        if let Some(Rate { attempts, interval, burst }) = self.rate {
            let period = millis(interval * Ms::from(attempts.max(1)));
            spec = spec.with_rate_limit(RateLimit::new(attempts, period).with_burst(burst));
        }
        spec
    }
}

impl Display for Limited {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(label) = self.label() {
            write!(f, " | is named `{label}` if it is submitted")?;
        }
        if let Some(limit) = self.max_concurrent {
            write!(f, " | {limit} of its name at once")?;
        }
        match self.rate {
            Some(Rate { attempts, interval, burst }) => {
                write!(f, " | {attempts} of its name in {attempts} × {interval} ms, burst {burst}")
            }
            None => Ok(()),
        }
    }
}
