#[taskvisor::task(max_retries = 0)]
async fn ping() {}

fn main() {}
