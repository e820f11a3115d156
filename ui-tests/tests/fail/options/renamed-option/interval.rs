#[taskvisor::task(interval = "5s")]
async fn ping() {}

fn main() {}
