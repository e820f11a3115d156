#[taskvisor::task(timeout = "5 parsecs")]
async fn ping() {}

fn main() {}
