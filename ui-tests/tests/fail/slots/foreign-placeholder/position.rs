#[taskvisor::job(slot = "tenant-%s")]
async fn sync(tenant: u64, day: u8) {
    drop((tenant, day));
}

fn main() {}
