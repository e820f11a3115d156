#[taskvisor::task(banana = 1)]
async fn ping() {}

fn main() {}
