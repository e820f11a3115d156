#[taskvisor::job(every = "30s")]
async fn sync(_tenant: u64) {}

fn main() {}
