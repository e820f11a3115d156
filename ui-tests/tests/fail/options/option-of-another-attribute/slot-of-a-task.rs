#[taskvisor::task(slot = "tenant")]
async fn ping() {}

fn main() {}
