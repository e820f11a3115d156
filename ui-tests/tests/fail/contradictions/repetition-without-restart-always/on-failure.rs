#[taskvisor::task(restart = "on-failure", every = "30s")]
async fn ping() {}

fn main() {}
