#[taskvisor::task(instances = 10_001)]
async fn consume() {}

fn main() {}
