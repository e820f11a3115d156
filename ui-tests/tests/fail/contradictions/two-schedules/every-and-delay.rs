#[taskvisor::task(every = "30s", delay = "10s")]
async fn ping() {}

fn main() {}
