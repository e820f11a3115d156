#[taskvisor::task(backoff = exp(first = "1s"))]
async fn ping() {}

fn main() {}
