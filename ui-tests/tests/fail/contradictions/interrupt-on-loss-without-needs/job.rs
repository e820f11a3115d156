#[taskvisor::job(interrupt_on_loss = "5s")]
async fn sync(_tenant: u64) {}

fn main() {}
