#[taskvisor::task(backoff(exp, frist = "1s"))]
async fn ping() {}

fn main() {}
