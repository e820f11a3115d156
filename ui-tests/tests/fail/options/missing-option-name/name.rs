#[taskvisor::task("pong", timeout = "5s")]
async fn ping() {}

fn main() {}
