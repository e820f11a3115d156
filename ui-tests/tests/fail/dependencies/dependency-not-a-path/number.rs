#[taskvisor::task(needs = [3])]
async fn consume() {}

fn main() {}
