#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(after = [connect], needs = [connect])]
async fn consume() {}

fn main() {}
