#[taskvisor::job(queue = 8)]
async fn sync(_tenant: u64) {}

fn main() {}
