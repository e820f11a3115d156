#[taskvisor::job(slot = "all", queue = 0)]
async fn sync(_tenant: u64) {}

fn main() {}
