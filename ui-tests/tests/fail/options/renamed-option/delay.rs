#[taskvisor::task(delay = "1s")]
async fn ping() {}

fn main() {}
