#[taskvisor::task]
async fn connect() {}

#[taskvisor::job(needs = [connect], interrupt_on_loss = "0s")]
async fn sync(_tenant: u64) {}

fn main() {}
