#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = ["connect", "store::migrate"])]
async fn consume() {}

fn main() {}
