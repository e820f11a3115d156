#[taskvisor::job(slot = "tenant-{tenant.id}")]
async fn sync(tenant: String) -> String {
    tenant
}

fn main() {}
