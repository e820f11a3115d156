use std::time::Duration;

#[taskvisor::task(timeout = Duration::ZERO)]
async fn ping() {}

fn main() {}
