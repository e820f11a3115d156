#[taskvisor::task(timeout = "unlimited")]
async fn ping() {}

fn main() {}
