//! The delays of a backoff whose parts are all literals.

use std::time::Duration;

use crate::attr::constant::Value;
use crate::attr::value::OptionValue;

use super::check::{DEFAULT_FIRST, DEFAULT_MAX};
use super::{Backoff, Jitter, Kind, Parts};

const DEFAULT_FACTOR: f64 = 2.0;

/// The delays of a backoff, computed as the runtime does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delays {
    is_exponential: bool,
    jitter: Jitter,
    first: u64,
    max: u64,
    factor: f64,
}

impl Backoff {
    /// The delays, unless a part is a const expression.
    pub(crate) fn delays(&self) -> Option<Delays> {
        match self {
            Self::Parts(parts) => parts.delays(),
            Self::Constant(_) | Self::Invalid => None,
        }
    }
}

impl Parts {
    fn delays(&self) -> Option<Delays> {
        let kind = self.kind?;
        let first = literal_or(self.first.as_ref(), DEFAULT_FIRST)?;
        let max = literal_or(self.max.as_ref(), DEFAULT_MAX)?;
        let factor = literal_or(self.factor.as_ref(), DEFAULT_FACTOR)?;
        let jitter = if kind == Kind::Exponential { Jitter("Equal") } else { Jitter("None") };
        let jitter = literal_or(self.jitter.as_ref(), jitter)?;
        let (first, max) = match kind {
            Kind::None => (Duration::ZERO, Duration::ZERO),
            Kind::Constant => (first, first),
            Kind::Exponential => (first, max),
        };
        let is_exponential = kind == Kind::Exponential;
        Some(Delays { is_exponential, jitter, first: nanoseconds(first), max: nanoseconds(max), factor })
    }
}

fn literal_or<T: Copy>(given: Option<&OptionValue<Value<T>>>, default: T) -> Option<T> {
    given.map_or(Some(default), |given| given.value.literal())
}

impl Delays {
    /// The largest possible delay.
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// The shortest possible delay number `index`, counted from zero.
    pub(crate) fn shortest(&self, index: u32) -> Duration {
        let delay = self.bare(index);
        Duration::from_nanos(match self.jitter {
            Jitter("Full") => 0,
            Jitter("Equal") => delay - delay / 2,
            Jitter("Decorrelated") => self.first,
            Jitter(_) => delay,
        })
    }

    /// `min(first · factor^index, max)`, before jitter.
    fn bare(&self, index: u32) -> u64 {
        if !self.is_exponential {
            return self.first;
        }
        let power = self.factor.powi(i32::try_from(index).unwrap_or(i32::MAX));
        let delay = self.first as f64 * power;
        if delay < self.max as f64 { (delay as u64).clamp(self.first, self.max) } else { self.max }
    }
}

/// A literal is at most 100 years, which fit.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
