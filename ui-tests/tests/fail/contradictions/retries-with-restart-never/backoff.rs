#[taskvisor::task(restart = "never", backoff = "exp")]
async fn ping() {}

fn main() {}
