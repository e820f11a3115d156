#[taskvisor::job(rate = "10/min")]
async fn sync(_tenant: u64) {}

fn main() {}
