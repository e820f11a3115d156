#[taskvisor::job(slot = "")]
async fn sync(_tenant: u64) {}

fn main() {}
