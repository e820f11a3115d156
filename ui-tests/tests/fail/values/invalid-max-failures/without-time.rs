//! A limit has a number and a time.

#[taskvisor::task(max_failures = "5")]
async fn poll() {}

fn main() {}
