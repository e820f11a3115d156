//! The failures within a sliding window of time, which `max_failures` limits.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::dependency::Outage;
use crate::policy::MaxFailures;

/// The times of the counted failures, the oldest first. At most one more than the limit.
#[derive(Debug, Default)]
pub(crate) struct FailureWindow(VecDeque<Instant>);

impl FailureWindow {
    /// Counts a failure. Returns the number of failures in the window if it exceeds the limit.
    pub(crate) fn count(&mut self, now: Instant, limit: MaxFailures) -> Option<u32> {
        self.0.push_back(now);
        // A failure that is exactly as old as the window is still in it.
        while self.0.front().is_some_and(|oldest| now.saturating_duration_since(*oldest) > limit.within()) {
            self.0.pop_front();
        }
        let failures = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        (failures > limit.failures()).then_some(failures)
    }

    /// Forgets the failures that the outage of a needed task explains.
    pub(crate) fn forgive(&mut self, outage: Outage) {
        self.0.retain(|at| !outage.explains(*at));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
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
        let mut window = FailureWindow::default();
        assert_eq!((window.count(at(0), limit), window.count(at(5), limit)), (None, None));
        assert_eq!(window.count(at(10), limit), Some(3), "the first failure is ten seconds old");
        let mut window = FailureWindow::default();
        for seconds in [0, 5, 11, 16, 22] {
            assert_eq!(window.count(at(seconds), limit), None, "at {seconds} s");
        }
    }
}
