#[taskvisor::task(grace = "15s")]
async fn ping() {}

fn main() {}
