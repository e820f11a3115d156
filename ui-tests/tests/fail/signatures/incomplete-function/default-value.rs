#[taskvisor::job]
async fn sync(_tenant: u64 = 5) {}

fn main() {}
