#[taskvisor::job(slot = "{tenant}", admission = queue(10))]
async fn sync(tenant: u64, day: u8) {
    drop((tenant, day));
}

fn main() {}
