#[taskvisor::task(start_timeout = "5s")]
async fn ping() {}

fn main() {}
