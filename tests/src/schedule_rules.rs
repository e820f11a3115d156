//! The rules of a task about when it runs.

use std::time::Duration;

use taskvisor::{Missed, Overlap, TaskSpec};

use crate::Rules;

/// When a task runs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScheduleRules {
    every: Option<Duration>,
    #[cfg(feature = "schedule")]
    cron: Option<&'static str>,
    #[cfg(feature = "schedule")]
    tz: Option<&'static str>,
    start_delay: Option<Duration>,
    overlap: Option<Overlap>,
    missed: Option<Missed>,
}

impl ScheduleRules {
    pub(crate) fn apply(self, spec: TaskSpec) -> TaskSpec {
        #[cfg(feature = "schedule")]
        let spec = match (self.cron, self.tz) {
            (None, _) => spec,
            (Some(cron), None) => spec.with_cron(cron),
            (Some(cron), Some(tz)) => spec.with_cron(cron).with_tz(tz),
        };
        let spec = spec.with_every(self.every).with_start_delay(self.start_delay);
        spec.with_overlap(self.overlap).with_missed(self.missed)
    }
}

impl Rules {
    /// A grid with this period.
    #[must_use]
    pub fn every(period: Duration) -> Self {
        Self::always().with_every(period)
    }

    /// With a grid, whatever the restart policy.
    #[must_use]
    pub fn with_every(self, period: Duration) -> Self {
        self.scheduled(|schedule| schedule.every = Some(period))
    }

    /// The dates of a cron expression, in UTC.
    #[cfg(feature = "schedule")]
    #[must_use]
    pub fn cron(expression: &'static str) -> Self {
        Self::always().scheduled(|schedule| schedule.cron = Some(expression))
    }

    /// In this time zone.
    #[cfg(feature = "schedule")]
    #[must_use]
    pub fn tz(self, zone: &'static str) -> Self {
        self.scheduled(|schedule| schedule.tz = Some(zone))
    }

    /// With this wait before the first attempt.
    #[must_use]
    pub fn start_delay(self, delay: Duration) -> Self {
        self.scheduled(|schedule| schedule.start_delay = Some(delay))
    }

    /// What happens to a tick during a run.
    #[must_use]
    pub fn overlap(self, overlap: Overlap) -> Self {
        self.scheduled(|schedule| schedule.overlap = Some(overlap))
    }

    /// What happens to ticks that passed unseen.
    #[must_use]
    pub fn missed(self, missed: Missed) -> Self {
        self.scheduled(|schedule| schedule.missed = Some(missed))
    }

    fn scheduled(mut self, change: impl FnOnce(&mut ScheduleRules)) -> Self {
        change(self.schedule.get_or_insert_default());
        self
    }
}
