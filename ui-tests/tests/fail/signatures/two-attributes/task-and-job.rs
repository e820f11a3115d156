#[taskvisor::task]
#[taskvisor::job]
async fn both(_tenant: u64) {}

fn main() {}
