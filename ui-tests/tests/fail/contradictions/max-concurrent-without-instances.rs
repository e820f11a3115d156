#[taskvisor::task(max_concurrent = 2)]
async fn consume() {}

fn main() {}
