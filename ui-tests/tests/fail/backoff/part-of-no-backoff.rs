#[taskvisor::task(backoff(none, first = "1s"))]
async fn ping() {}

fn main() {}
