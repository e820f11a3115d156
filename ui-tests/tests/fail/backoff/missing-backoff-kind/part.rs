#[taskvisor::task(backoff(first = "1s"))]
async fn ping() {}

fn main() {}
