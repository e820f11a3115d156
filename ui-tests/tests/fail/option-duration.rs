#[taskvisor::task(timeout = "5 parsecs")]
async fn malformed() {}

#[taskvisor::task(timeout = "0s")]
async fn zero() {}

fn main() {}
