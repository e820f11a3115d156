#[taskvisor::task]
async fn connect() {}

#[taskvisor::job(needs = "connect")]
async fn sync(_tenant: u64) {}

fn main() {}
