//! How many bodies have begun, so that what is measured afterwards is not the beginning.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static STARTED: AtomicU64 = AtomicU64::new(0);

/// Resets the count before a work begins. The tasks of the last work ended with its runtime.
pub fn none_started() {
    STARTED.store(0, Relaxed);
}

pub fn started() {
    STARTED.fetch_add(1, Relaxed);
}

pub async fn wait_for_started(number: u64) {
    while STARTED.load(Relaxed) < number {
        tokio::task::yield_now().await;
    }
}
