#[taskvisor::task(backoff(constant, jitter = "decorrelated"))]
async fn ping() {}

fn main() {}
