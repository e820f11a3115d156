#[taskvisor::task(timeout = "5s", stable_after = "1m")]
async fn ping() {}

fn main() {}
