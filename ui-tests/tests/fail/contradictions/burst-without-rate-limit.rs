#[taskvisor::task(burst = 3)]
async fn poll() {}

fn main() {}
