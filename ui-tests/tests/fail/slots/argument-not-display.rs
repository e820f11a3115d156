#[derive(Clone)]
struct Tenant;

#[taskvisor::job(slot = "tenant-{tenant}")]
async fn sync(tenant: Tenant) {
    let _ = tenant;
}

fn main() {}
