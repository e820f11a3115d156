//! Fails a test that would never end: one in which no task can continue, and one with an endless stream of events.

use std::process;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

/// Longer than any wait of a test. The paused clock advances this far only if no task waits for an earlier time.
const STUCK_AFTER: Duration = Duration::from_secs(30_000 * 365 * 24 * 60 * 60);

/// More events than any test has.
const EVENTS: usize = 2_000_000;

/// Ends the process if the test is stuck. This works on a runtime with a paused clock.
pub(crate) fn watch() {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async {
            let end = Instant::now() + STUCK_AFTER;
            // A timer of Tokio fires after two years at the latest.
            while Instant::now() < end {
                sleep_until(end).await;
            }
            fail("a test is stuck: all of its tasks wait, and none of them for the clock");
        });
    }
}

/// Ends the process if the test has too many events.
pub(crate) fn count(events: usize) {
    if events > EVENTS {
        fail("a test ran away: it has more events than any test should");
    }
}

/// Aborts, because the test would survive a panic in a Tokio task.
fn fail(why: &str) -> ! {
    eprintln!("{why}");
    process::abort();
}
