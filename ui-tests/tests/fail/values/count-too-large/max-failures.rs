//! Each failure of the limit is remembered.

use std::time::Duration;

use taskvisor::MaxFailures;

const LIMIT: MaxFailures = MaxFailures::new(1_001, Duration::from_secs(60));

#[taskvisor::task(max_failures = LIMIT)]
async fn poll() {}

fn main() {}
