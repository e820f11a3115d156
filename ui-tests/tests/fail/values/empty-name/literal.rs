#[taskvisor::task(name = "")]
async fn ping() {}

fn main() {}
