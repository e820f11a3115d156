//! Which events a subscriber wants.

use super::EventName;

/// A set of event names; what no subscriber wants is never built.
///
/// ```
/// use taskvisor::{EventName, EventSet};
///
/// const TROUBLE: EventSet = EventSet::of(&[EventName::Failed, EventName::TimedOut]);
/// assert!(TROUBLE.contains(EventName::Failed));
/// assert!(!TROUBLE.contains(EventName::Added));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSet(u32);

impl EventSet {
    /// Every event.
    pub const ALL: Self = Self(u32::MAX);
    /// No event.
    pub const NONE: Self = Self(0);

    /// The set of these.
    #[must_use]
    pub const fn of(names: &[EventName]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < names.len() {
            bits |= 1 << names[index] as u32;
            index += 1;
        }
        Self(bits)
    }

    /// Whether `name` is in it.
    #[must_use]
    pub const fn contains(self, name: EventName) -> bool {
        self.0 & (1 << name as u32) != 0
    }

    /// What is in it and not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
