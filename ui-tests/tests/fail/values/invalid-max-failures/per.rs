//! A limit is written with `in`.

#[taskvisor::task(max_failures = "5 per 10m")]
async fn poll() {}

fn main() {}
