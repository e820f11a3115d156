//! Sets of event names.

use super::EventName;

/// A set of event names, which a subscriber filters by. Events outside of all subscribers' sets are never built.
///
/// ```
/// use taskvisor::{EventName, EventSet};
///
/// const TROUBLE: EventSet = EventSet::of(&[EventName::Failed, EventName::TimedOut]);
/// assert!(TROUBLE.contains(EventName::Failed));
/// assert!(!TROUBLE.contains(EventName::Added));
///
/// assert_eq!(EventSet::from([EventName::Failed, EventName::TimedOut]), TROUBLE);
/// assert_eq!(TROUBLE.names().collect::<EventSet>(), TROUBLE);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventSet(u64);

impl EventSet {
    /// Every event.
    pub const ALL: Self = Self::of(EventName::ALL);
    /// No event.
    pub const NONE: Self = Self(0);
    /// The events that no added task publishes: those that only submissions publish, and those of the supervisor.
    pub(crate) const OF_NO_TASK: Self = Self::of(&[
        EventName::Queued,
        EventName::Admitted,
        EventName::Refused,
        EventName::StillStarting,
        EventName::StillStopping,
        EventName::ClockStepped,
        EventName::Reloaded,
        EventName::ShutdownRequested,
        EventName::Stopped,
        EventName::SubscriberPanicked,
        EventName::Lagged,
    ]);

    /// Creates the set of these names.
    #[must_use]
    pub const fn of(names: &[EventName]) -> Self {
        let mut bits: u64 = 0;
        let mut index = 0;
        while index < names.len() {
            bits |= 1 << names[index] as u64;
            index += 1;
        }
        Self(bits)
    }

    /// Returns whether the set contains `name`.
    #[must_use]
    pub const fn contains(self, name: EventName) -> bool {
        self.0 & (1 << name as u64) != 0
    }

    /// Returns the names in the set, in the order of [`EventName::ALL`].
    pub fn names(self) -> impl Iterator<Item = EventName> {
        EventName::ALL.iter().copied().filter(move |name| self.contains(*name))
    }

    /// Returns the names in this set that are not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the names in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl From<EventName> for EventSet {
    fn from(name: EventName) -> Self {
        Self::of(&[name])
    }
}

impl From<&[EventName]> for EventSet {
    fn from(names: &[EventName]) -> Self {
        Self::of(names)
    }
}

impl<const N: usize> From<[EventName; N]> for EventSet {
    fn from(names: [EventName; N]) -> Self {
        Self::of(&names)
    }
}

impl<const N: usize> From<&[EventName; N]> for EventSet {
    fn from(names: &[EventName; N]) -> Self {
        Self::of(names)
    }
}

impl From<Vec<EventName>> for EventSet {
    fn from(names: Vec<EventName>) -> Self {
        Self::of(&names)
    }
}

impl From<&Vec<EventName>> for EventSet {
    fn from(names: &Vec<EventName>) -> Self {
        Self::of(names)
    }
}

impl FromIterator<EventName> for EventSet {
    fn from_iter<I: IntoIterator<Item = EventName>>(names: I) -> Self {
        names.into_iter().fold(Self::NONE, |set, name| set.union(name.into()))
    }
}
