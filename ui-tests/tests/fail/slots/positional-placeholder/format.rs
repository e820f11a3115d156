#[taskvisor::job(slot = "{}-{}", tenant, day)]
async fn sync(tenant: u64, day: u8) {
    drop((tenant, day));
}

fn main() {}
