#[taskvisor::task(ping)]
async fn ping() {}

fn main() {}
