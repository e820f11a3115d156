#[taskvisor::task(timeout = "0s")]
async fn ping() {}

fn main() {}
