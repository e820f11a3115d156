#[taskvisor::job(slot = "tenant-{}")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
