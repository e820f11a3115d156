#[taskvisor::task(max_retries = -3)]
async fn ping() {}

fn main() {}
