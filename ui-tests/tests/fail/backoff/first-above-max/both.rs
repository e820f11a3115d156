#[taskvisor::task(backoff(exp, first = "2s", max = "1s"))]
async fn ping() {}

fn main() {}
