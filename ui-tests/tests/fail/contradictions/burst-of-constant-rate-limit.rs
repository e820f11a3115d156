use std::time::Duration;

use taskvisor::RateLimit;

const LIMIT: RateLimit = RateLimit::new(10, Duration::from_secs(60));

#[taskvisor::job(rate_limit = LIMIT, burst = 3)]
async fn sync(_tenant: u64) {}

fn main() {}
