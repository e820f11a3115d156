use std::time::Duration;

fn limit() -> Duration {
    Duration::from_secs(5)
}

#[taskvisor::task(timeout = limit())]
async fn ping() {}

fn main() {}
