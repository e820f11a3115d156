use taskvisor::Event;

#[taskvisor::job]
async fn sync(_tenant: u64) {}

#[taskvisor::subscriber(task = [sync])]
async fn alert(_event: &Event) {}

fn main() {}
