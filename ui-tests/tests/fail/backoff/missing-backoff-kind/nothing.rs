#[taskvisor::task(backoff())]
async fn ping() {}

fn main() {}
