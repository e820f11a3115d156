use std::any::Any;

#[taskvisor::job]
async fn sync(tenant: u64) -> dyn Any {
    tenant
}

fn main() {}
