#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(needs = [connect, r#connect])]
async fn consume() {}

fn main() {}
