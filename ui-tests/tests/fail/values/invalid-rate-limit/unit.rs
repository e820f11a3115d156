//! The time of a rate is a unit, or a duration.

#[taskvisor::task(rate_limit = "10/fortnight")]
async fn poll() {}

fn main() {}
