#[taskvisor::task(timeout)]
async fn ping() {}

fn main() {}
