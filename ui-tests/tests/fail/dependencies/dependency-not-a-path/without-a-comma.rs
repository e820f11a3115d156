#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = [connect migrate])]
async fn consume() {}

fn main() {}
