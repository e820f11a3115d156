use taskvisor::Event;

#[taskvisor::task]
async fn connect() {}

#[taskvisor::subscriber(on(Stopped), task = [connect])]
async fn alert(_event: &Event) {}

fn main() {}
