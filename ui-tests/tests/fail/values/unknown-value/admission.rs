#[taskvisor::job(slot = "tenant-{tenant}", admission = "drop")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
