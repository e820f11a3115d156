#[taskvisor::task(stop_order = "latest")]
async fn consume() {}

fn main() {}
