#[taskvisor::job]
#[taskvisor::job(name = "again")]
async fn sync(_tenant: u64) {}

fn main() {}
