#[taskvisor::task(max_retries =)]
async fn ping() {}

fn main() {}
