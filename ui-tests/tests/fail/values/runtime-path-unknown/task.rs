#[taskvisor::task(crate = ::supervisor)]
async fn ping() {}

fn main() {}
