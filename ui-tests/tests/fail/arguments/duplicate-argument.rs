#[taskvisor::job(slot = "{_tenant}")]
async fn sync(_tenant: u64, _tenant: u32) {}

fn main() {}
