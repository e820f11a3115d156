#[taskvisor::task(backoff(exp, factor = 1e999))]
async fn ping() {}

fn main() {}
