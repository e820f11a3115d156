#[taskvisor::task(max_retry = 3)]
async fn ping() {}

fn main() {}
