use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

#[taskvisor::task(backoff(exp, first = LONG, max = "1s"))]
async fn ping() {}

fn main() {}
