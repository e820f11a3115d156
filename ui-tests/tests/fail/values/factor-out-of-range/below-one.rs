#[taskvisor::task(backoff(exp, factor = 0.5))]
async fn ping() {}

fn main() {}
