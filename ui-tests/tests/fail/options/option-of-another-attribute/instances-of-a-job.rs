#[taskvisor::job(instances = 4)]
async fn sync(_tenant: u64) {}

fn main() {}
