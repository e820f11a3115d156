const PREFIX: &str = "tenant";

#[taskvisor::job(slot = "{PREFIX}-{tenant}")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

fn main() {
    let _ = PREFIX;
}
