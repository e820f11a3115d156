#[taskvisor::job(slot = "x", admission = "skip")]
async fn sync(_tenant: u64) {}

fn main() {}
