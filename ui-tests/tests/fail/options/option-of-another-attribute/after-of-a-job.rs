#[taskvisor::task]
async fn connect() {}

#[taskvisor::job(after = [connect])]
async fn sync(_tenant: u64) {}

fn main() {}
