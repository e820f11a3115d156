#[taskvisor::job(slot = "tenant-{tenant.id}")]
async fn sync(_tenant: u64) {}

fn main() {}
