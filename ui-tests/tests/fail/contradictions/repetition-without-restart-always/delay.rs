#[taskvisor::task(delay = "30s", restart = "on-failure")]
async fn ping() {}

fn main() {}
