use std::time::Duration;

#[taskvisor::task(stop_timeout = Duration::ZERO)]
async fn ping() {}

fn main() {}
