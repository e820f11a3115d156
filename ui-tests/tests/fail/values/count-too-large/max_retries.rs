#[taskvisor::task(max_retries = 99999999999)]
async fn ping() {}

fn main() {}
