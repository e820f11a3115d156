#[taskvisor::task(backoff(exp, "100ms"))]
async fn ping() {}

fn main() {}
