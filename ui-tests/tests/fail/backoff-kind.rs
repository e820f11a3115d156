#[taskvisor::task(backoff(exponential, first = "1s"))]
async fn unknown() {}

#[taskvisor::task(backoff(first = "1s"))]
async fn missing() {}

fn main() {}
