#[taskvisor::task(restart = "never", every = "30s")]
async fn ping() {}

fn main() {}
