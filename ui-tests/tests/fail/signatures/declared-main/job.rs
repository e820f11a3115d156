#[taskvisor::job]
async fn main(_tenant: u64) {}
