#[taskvisor::task(restart = on-failure)]
async fn ping() {}

fn main() {}
