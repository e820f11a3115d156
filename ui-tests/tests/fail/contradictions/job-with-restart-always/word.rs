#[taskvisor::job(restart = "always")]
async fn sync(_tenant: u64) {}

fn main() {}
