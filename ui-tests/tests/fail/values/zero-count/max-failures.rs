//! Not even one failure would be allowed.

#[taskvisor::task(max_failures = "0 in 10m")]
async fn poll() {}

fn main() {}
