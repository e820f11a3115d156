#[taskvisor::task(crate = "::taskvisor")]
async fn ping() {}

fn main() {}
