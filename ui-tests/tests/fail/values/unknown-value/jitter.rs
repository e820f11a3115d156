#[taskvisor::task(backoff(exp, jitter = "random"))]
async fn ping() {}

fn main() {}
