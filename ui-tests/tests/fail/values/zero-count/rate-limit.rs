//! The compiler evaluates a constant.

use std::time::Duration;

use taskvisor::RateLimit;

const LIMIT: RateLimit = RateLimit::new(0, Duration::from_secs(60));

#[taskvisor::task(rate_limit = LIMIT)]
async fn poll() {}

fn main() {}
