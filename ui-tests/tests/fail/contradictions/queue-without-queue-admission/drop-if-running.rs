#[taskvisor::job(slot = "{tenant}", admission = "drop-if-running", queue = 8)]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {}
