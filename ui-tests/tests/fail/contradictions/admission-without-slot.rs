#[taskvisor::job(admission = "replace")]
async fn sync(_tenant: u64) {}

fn main() {}
