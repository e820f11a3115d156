#[taskvisor::task]
fn connect() {}

#[taskvisor::task(needs = [connect])]
async fn consume() {}

fn main() {}
