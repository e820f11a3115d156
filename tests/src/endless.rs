//! A test that would never end fails instead: one in which nothing can happen any more, and one in which too much does.

use std::process;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

/// Longer than any wait of a test on the paused clock. The clock advances this far only if no task waits for an earlier time.
const AGES: Duration = Duration::from_secs(30_000 * 365 * 24 * 60 * 60);

/// More than there are in any test.
const EVENTS: usize = 2_000_000;

/// Ends the process of a test that is stuck, if its runtime is one with a paused clock.
pub(crate) fn watch() {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async {
            let end = Instant::now() + AGES;
            // A timer of Tokio's rings after two years at the latest.
            while Instant::now() < end {
                sleep_until(end).await;
            }
            fail("a test is stuck: all of its tasks wait, and none of them for the clock");
        });
    }
}

/// Ends the process of a test with so many events.
pub(crate) fn count(events: usize) {
    if events > EVENTS {
        fail("a test ran away: it has more events than any test should");
    }
}

/// Not a panic, which a task that is watched would survive.
fn fail(why: &str) -> ! {
    eprintln!("{why}");
    process::abort();
}
