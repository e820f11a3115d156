#[taskvisor::job]
#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = [connect])]
async fn consume() {}

fn main() {}
