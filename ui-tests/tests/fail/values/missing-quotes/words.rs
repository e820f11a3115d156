#[taskvisor::task(timeout = 1h 30m)]
async fn ping() {}

fn main() {}
