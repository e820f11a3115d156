//! The counter of the events that a subscriber has lost.

#[cfg(feature = "metrics")]
pub(crate) const EVENTS_LOST: &str = "taskvisor_events_lost_total";

/// Without the feature `metrics` it counts nothing.
#[derive(Debug, Default)]
pub(super) struct LostEvents {
    #[cfg(feature = "metrics")]
    counter: Option<metrics::Counter>,
}

impl LostEvents {
    /// The counter of a subscriber, by its name.
    #[cfg_attr(not(feature = "metrics"), allow(unused_variables))]
    pub(super) fn of(subscriber: &str) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            counter: Some(metrics::counter!(EVENTS_LOST, "subscriber" => subscriber.to_owned())),
        }
    }

    /// Counts one lost event. Called without a lock, because a recorder is code of the user.
    #[inline(always)]
    pub(super) fn count(&self) {
        #[cfg(feature = "metrics")]
        if let Some(counter) = &self.counter {
            counter.increment(1);
        }
    }
}
