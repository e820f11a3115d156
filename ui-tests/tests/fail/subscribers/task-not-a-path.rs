use taskvisor::Event;

#[taskvisor::task]
async fn connect() {}

#[taskvisor::subscriber(task = [connect::spec()])]
async fn alert(_event: &Event) {}

fn main() {}
