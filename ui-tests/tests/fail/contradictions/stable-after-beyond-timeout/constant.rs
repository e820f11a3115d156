use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(5);

#[taskvisor::task(timeout = LIMIT, stable_after = "1m")]
async fn ping() {}

fn main() {}
