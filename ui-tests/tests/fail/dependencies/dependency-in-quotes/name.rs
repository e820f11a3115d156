#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = ["db-connection"])]
async fn consume() {}

fn main() {}
