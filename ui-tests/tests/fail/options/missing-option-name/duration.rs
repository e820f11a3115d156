#[taskvisor::task("5s")]
async fn ping() {}

fn main() {}
