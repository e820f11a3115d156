#[taskvisor::task]
async fn connect() {}

#[taskvisor::task(after = [connect], interrupt_on_loss = "5s")]
async fn consume() {}

fn main() {}
