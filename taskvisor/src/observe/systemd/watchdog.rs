//! The watchdog of systemd: it restarts a service that does not send `WATCHDOG=1` in time.

use std::env;
use std::ffi::OsStr;
use std::process;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::cell::saturating_deadline;
use crate::runtime::shared::Shared;

/// The shortest interval between two messages.
const SHORTEST: Duration = Duration::from_millis(1);

/// A message that was withheld, or that the socket did not take, is due again after this fraction of the interval: at the end of the
/// next interval systemd would end the service.
const RETRIES: u32 = 8;

/// When the next `WATCHDOG=1` is due.
pub(super) struct Watchdog {
    /// Half of the time that systemd allows.
    interval: Duration,
    next: Instant,
}

impl Watchdog {
    /// Returns `None` if systemd expects no messages, or expects them of another process.
    pub(super) fn from_environment(now: Instant) -> Option<Self> {
        let (time, process) = (env::var_os("WATCHDOG_USEC")?, env::var_os("WATCHDOG_PID"));
        Some(Self::new(interval(&time, process.as_deref(), process::id())?, now))
    }

    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self { interval, next: now }
    }

    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Calls `send` if a message is due. If it returns that it has sent one, the next is due an interval later.
    pub(super) fn send_due(&mut self, now: Instant, send: impl FnOnce() -> bool) {
        if now < self.next {
            return;
        }
        let wait = if send() { self.interval } else { self.interval / RETRIES };
        self.next = saturating_deadline(now, wait);
    }
}

/// The interval of the messages. `None` for a time that is no positive number, and for another process.
fn interval(time: &OsStr, process: Option<&OsStr>, own: u32) -> Option<Duration> {
    let time: u64 = time.to_str()?.parse().ok().filter(|time| *time > 0)?;
    let is_own = process.is_none_or(|process| process.to_str().and_then(|id| id.parse().ok()) == Some(own));
    is_own.then(|| (Duration::from_micros(time) / 2).max(SHORTEST))
}

/// Whether the runtime makes progress, and no running attempt has missed its heartbeat. A heartbeat that was missed withholds nothing
/// once its attempt has ended: the supervisor has handled it.
pub(super) fn is_healthy(shared: &Shared) -> bool {
    !shared.liveness.is_blocked() && !shared.registry.cells().iter().any(|cell| cell.misses_heartbeat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(time: &str, process: Option<&str>) -> Option<u128> {
        interval(OsStr::new(time), process.map(OsStr::new), 7).map(|interval| interval.as_millis())
    }

    #[test]
    fn messages_are_due_at_half_of_the_time_that_is_allowed() {
        assert_eq!(millis("3000000", None), Some(1500));
        assert_eq!(millis("3000000", Some("7")), Some(1500));
    }

    #[test]
    fn a_process_that_is_not_expected_to_sends_nothing() {
        for process in ["8", "", "seven", "-7"] {
            assert_eq!(millis("3000000", Some(process)), None, "{process}");
        }
    }

    #[test]
    fn a_time_that_is_not_positive_means_no_watchdog() {
        for time in ["0", "", "-1", "1s", "99999999999999999999"] {
            assert_eq!(millis(time, None), None, "{time}");
        }
    }

    #[test]
    fn the_shortest_time_does_not_keep_a_thread_busy() {
        assert_eq!(millis("1", None), Some(1));
    }

    #[test]
    fn a_withheld_message_is_due_again_soon() {
        let now = Instant::now();
        let mut watchdog = Watchdog::new(Duration::from_secs(8), now);
        watchdog.send_due(now, || false);
        assert_eq!(watchdog.next() - now, Duration::from_secs(1));
        watchdog.send_due(now + Duration::from_millis(999), || panic!("it is not due"));
        watchdog.send_due(now + Duration::from_secs(1), || true);
        assert_eq!(watchdog.next() - now, Duration::from_secs(9));
    }
}
