#[taskvisor::task(timeout = "5s", timeout = "6s")]
async fn ping() {}

fn main() {}
