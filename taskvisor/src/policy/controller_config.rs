//! The limits of the controller.

/// The limits of the controller: how many submissions may wait for slots.
///
#[cfg_attr(feature = "controller", doc = "```")]
#[cfg_attr(not(feature = "controller"), doc = "```ignore")]
/// use taskvisor::ControllerConfig;
///
/// let limits = ControllerConfig::default().with_per_slot(8);
/// assert_eq!((limits.per_slot(), limits.total()), (8, 10_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerConfig {
    pub(crate) per_slot: usize,
    pub(crate) total: usize,
}

impl ControllerConfig {
    /// Sets how many submissions may wait for one slot. At this number a `Queue` is refused. Default: 100; the option `queue`
    /// of a job, and `JobSpec::with_queue`, override it.
    ///
    /// `Replace` and `Latest` count, but are never refused: at most one of each waits for a slot.
    #[must_use]
    pub fn with_per_slot(mut self, submissions: usize) -> Self {
        self.per_slot = submissions;
        self
    }

    /// Sets how many submissions may wait for all slots together. At this number a `Queue` is refused. Default: 10,000.
    #[must_use]
    pub fn with_total(mut self, submissions: usize) -> Self {
        self.total = submissions;
        self
    }

    /// Returns how many submissions may wait for one slot.
    #[must_use]
    pub fn per_slot(&self) -> usize {
        self.per_slot
    }

    /// Returns how many submissions may wait for all slots together.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }
}

impl Default for ControllerConfig {
    fn default() -> Self {
        Self { per_slot: 100, total: 10_000 }
    }
}
