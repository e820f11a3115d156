#[taskvisor::task(backoff(exp, first = "1m"))]
async fn ping() {}

fn main() {}
