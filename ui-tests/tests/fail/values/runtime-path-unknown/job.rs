#[taskvisor::job(slot = "{tenant}", crate = ::supervisor)]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
