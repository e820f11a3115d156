#[taskvisor::task(interrupt_on_loss = "5s")]
async fn consume() {}

fn main() {}
