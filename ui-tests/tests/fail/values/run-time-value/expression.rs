#[taskvisor::job(max_retries = self.tries + 1)]
async fn sync(tenant: u64, tries: u32) {
    drop((tenant, tries));
}

fn main() {}
