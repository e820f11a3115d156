#[taskvisor::task(timeout = "1.5.2s")]
async fn ping() {}

fn main() {}
