struct Tenant;

#[taskvisor::job]
async fn sync(_tenant: Tenant) {}

fn main() {}
