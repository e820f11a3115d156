//! A rate is written with a slash.

#[taskvisor::task(rate_limit = "10 per m")]
async fn poll() {}

fn main() {}
