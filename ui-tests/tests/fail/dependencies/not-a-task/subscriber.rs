use taskvisor::Event;

#[taskvisor::subscriber]
async fn alert(_event: &Event) {}

#[taskvisor::task(after = [alert])]
async fn consume() {}

fn main() {}
