#[taskvisor::task(timeout = "5000 years")]
async fn ping() {}

fn main() {}
