use std::rc::Rc;

struct Tenant(Rc<u64>);

#[taskvisor::job]
async fn sync(tenant: Tenant) -> u64 {
    *tenant.0
}

fn main() {}
