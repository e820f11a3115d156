#[taskvisor::task(after = [])]
async fn consume() {}

fn main() {}
