#[taskvisor::task(retries = 3)]
async fn ping() {}

fn main() {}
