#[taskvisor::job(slot = "tenant-{tennant}")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
