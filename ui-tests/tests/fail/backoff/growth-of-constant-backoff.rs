#[taskvisor::task(backoff(constant, first = "1s", factor = 2.0))]
async fn ping() {}

fn main() {}
