use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(5);
const STABLE: Duration = Duration::from_secs(60);

#[taskvisor::task(timeout = LIMIT, stable_after = STABLE)]
async fn ping() {}

fn main() {}
