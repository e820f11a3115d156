use taskvisor::Event;

#[taskvisor::task]
async fn connect() {}

#[taskvisor::subscriber(task = [connect], on(Failed, Queued, Ended))]
async fn alert(_event: &Event) {}

fn main() {}
