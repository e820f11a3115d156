//! The failures within a sliding window of time, which `max_failures` limits.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::dependency::Outage;
use crate::policy::MaxFailures;
use crate::task::FailuresInWindow;

/// The failures that a limit counts.
#[derive(Debug, Default)]
pub(crate) struct FailureWindow {
    limit: Option<MaxFailures>,
    /// The times of the counted failures, the oldest first. At most one more than the largest limit so far.
    failures: VecDeque<Instant>,
}

impl FailureWindow {
    pub(crate) fn new(limit: Option<MaxFailures>) -> Self {
        Self { limit, failures: VecDeque::new() }
    }

    /// Replaces the limit. The failures that were counted stay: if there are more than a lower limit allows, the next one exceeds it.
    pub(crate) fn set_limit(&mut self, limit: Option<MaxFailures>) {
        self.limit = limit;
    }

    /// Counts a failure, if there is a limit. If the window has more failures than the limit allows, returns their number and the limit.
    pub(crate) fn count(&mut self, now: Instant) -> Option<(u32, MaxFailures)> {
        let limit = self.limit?;
        self.failures.push_back(now);
        // A failure that is exactly as old as the window is still in it.
        let is_old = |at: &Instant| now.saturating_duration_since(*at) > limit.within();
        while self.failures.front().is_some_and(is_old) {
            self.failures.pop_front();
        }
        let failures = u32::try_from(self.failures.len()).unwrap_or(u32::MAX);
        (failures > limit.failures()).then_some((failures, limit))
    }

    /// The failures in the window, and the limit, if there is one.
    pub(crate) fn failures(&self, now: Instant) -> Option<FailuresInWindow> {
        let limit = self.limit?;
        let failures =
            self.failures.iter().filter(|at| now.saturating_duration_since(**at) <= limit.within()).count();
        Some(FailuresInWindow { failures: u32::try_from(failures).unwrap_or(u32::MAX), limit })
    }

    /// Forgets the failures that the outage of a needed task explains.
    pub(crate) fn forgive(&mut self, outage: Outage) {
        self.failures.retain(|at| !outage.explains(*at));
    }

    pub(crate) fn clear(&mut self) {
        self.failures.clear();
    }
}

#[cfg(all(test, not(taskvisor_loom)))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_window_slides_and_its_edge_belongs_to_it() {
        let limit = MaxFailures::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut window = FailureWindow::new(Some(limit));
        assert_eq!((window.count(at(0)), window.count(at(5))), (None, None));
        assert_eq!(window.count(at(10)), Some((3, limit)), "the first failure is ten seconds old");
        let listed = |seconds| window.failures(at(seconds)).map(|listed| (listed.failures, listed.limit));
        assert_eq!(
            (listed(10), listed(11), listed(21)),
            (Some((3, limit)), Some((2, limit)), Some((0, limit)))
        );
        let mut window = FailureWindow::new(Some(limit));
        for seconds in [0, 5, 11, 16, 22] {
            assert_eq!(window.count(at(seconds)), None, "at {seconds} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_limit_counts_the_failures_before_it() {
        let limit = |failures| Some(MaxFailures::new(failures, Duration::from_secs(10)));
        let now = Instant::now();
        let mut window = FailureWindow::new(limit(9));
        for _ in 0..4 {
            assert_eq!(window.count(now), None);
        }
        window.set_limit(None);
        assert_eq!(window.count(now), None, "without a limit, no failure is counted");
        assert_eq!(window.failures(now), None);
        window.set_limit(limit(5));
        assert_eq!(window.count(now), None, "it is the fifth");
        window.set_limit(limit(2));
        assert_eq!(window.count(now).map(|(failures, _)| failures), Some(6));
    }
}
