#[taskvisor::task(backoff(constant, first = "0s"))]
async fn ping() {}

fn main() {}
