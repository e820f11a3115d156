#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = [connect, consume])]
async fn consume() {}

fn main() {}
