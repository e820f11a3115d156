#[taskvisor::task(backoff(exp, max_retries = 3))]
async fn ping() {}

fn main() {}
