//! The number of a rate is whole.

#[taskvisor::job(rate_limit = "1.5/s")]
async fn sync(_tenant: u64) {}

fn main() {}
