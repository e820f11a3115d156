//! What is never retried cannot fail again.

#[taskvisor::task(restart = "never", max_failures = "5 in 10m")]
async fn poll() {}

fn main() {}
