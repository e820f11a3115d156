#[taskvisor::job(capacity = 2)]
async fn sync(_tenant: u64) {}

fn main() {}
