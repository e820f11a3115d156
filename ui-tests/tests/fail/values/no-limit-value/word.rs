#[taskvisor::task(backoff(exp, max = infinite))]
async fn ping() {}

fn main() {}
