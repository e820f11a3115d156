#[taskvisor::task(max_retries = -1)]
async fn ping() {}

fn main() {}
