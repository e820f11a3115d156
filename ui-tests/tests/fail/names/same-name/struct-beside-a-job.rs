#[taskvisor::job(slot = "{tenant}")]
async fn sync(tenant: u64) -> u64 {
    tenant
}

#[allow(non_camel_case_types)]
struct sync {
    _revision: u32,
}

fn main() {}
