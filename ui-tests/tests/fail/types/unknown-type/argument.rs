#[taskvisor::job(slot = "{tenant}")]
async fn sync(tenant: u64, _since: Option<Timestamp>) -> u64 {
    tenant
}

fn main() {}
