//! A rate has a number and a time.

#[taskvisor::task(rate_limit = "10")]
async fn poll() {}

fn main() {}
