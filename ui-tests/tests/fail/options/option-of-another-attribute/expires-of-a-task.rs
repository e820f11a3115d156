#[taskvisor::task(expires = "30s")]
async fn consume() {}

fn main() {}
