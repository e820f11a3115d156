#[taskvisor::job]
async fn sync(tenant: u64) -> _ {
    tenant
}

fn main() {}
