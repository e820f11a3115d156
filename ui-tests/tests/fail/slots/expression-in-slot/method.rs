#[taskvisor::job(slot = "tenant-{tenant.to_string()}")]
async fn sync(tenant: u64, day: u8) {
    drop((tenant, day));
}

fn main() {}
