#[taskvisor::task(backoff(first = "1s", kind = "exp"))]
async fn ping() {}

fn main() {}
