#[taskvisor::task(backoff(exponential, first = "1s"))]
async fn ping() {}

fn main() {}
