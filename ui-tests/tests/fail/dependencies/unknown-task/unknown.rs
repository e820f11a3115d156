#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = [conect])]
async fn consume() {}

fn main() {}
