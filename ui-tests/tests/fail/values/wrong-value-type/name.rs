#[taskvisor::task(name = 5)]
async fn ping() {}

fn main() {}
