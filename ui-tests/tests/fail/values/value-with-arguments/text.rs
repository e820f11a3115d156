#[taskvisor::task(restart = "on-failure:3")]
async fn ping() {}

fn main() {}
