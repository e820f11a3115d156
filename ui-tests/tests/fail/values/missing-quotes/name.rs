#[taskvisor::task(name = health-check)]
async fn ping() {}

fn main() {}
