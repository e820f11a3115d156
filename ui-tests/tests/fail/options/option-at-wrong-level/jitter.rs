#[taskvisor::task(jitter = "full")]
async fn ping() {}

fn main() {}
