//! A test in which nothing can happen any more fails, instead of waiting for ever.

use std::process;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

/// Longer than whatever a test waits for on the paused clock. That jumps there only if everybody waits for somebody.
const AGES: Duration = Duration::from_secs(30_000 * 365 * 24 * 60 * 60);

/// Ends the process of a test that is stuck: of the paused clock of this runtime, if it is in one.
pub(crate) fn watch() {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async {
            let end = Instant::now() + AGES;
            // A timer of Tokio's rings after two years at the latest.
            while Instant::now() < end {
                sleep_until(end).await;
            }
            eprintln!("a test is stuck: all of its tasks wait, and none of them for the clock");
            process::abort();
        });
    }
}
