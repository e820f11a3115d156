#[taskvisor::job(slot = "tenant-{tenant")]
async fn sync(_tenant: u64) {}

fn main() {}
