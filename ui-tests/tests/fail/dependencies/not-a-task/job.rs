#[taskvisor::job]
async fn sync(_tenant: u64) {}

#[taskvisor::task(needs = [sync])]
async fn consume() {}

fn main() {}
