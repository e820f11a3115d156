const SLOT: &str = "tenant-{tenant}";

#[taskvisor::job(slot = SLOT)]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
