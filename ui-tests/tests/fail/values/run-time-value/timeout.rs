#[taskvisor::job(timeout = wait)]
async fn sync(tenant: u64, wait: std::time::Duration) {
    drop((tenant, wait));
}

fn main() {}
