#[taskvisor::task(3)]
async fn ping() {}

fn main() {}
