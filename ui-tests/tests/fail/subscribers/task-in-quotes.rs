use taskvisor::Event;

#[taskvisor::task]
async fn connect() {}

#[taskvisor::subscriber(on(Failed), task = ["connect"])]
async fn alert(_event: &Event) {}

fn main() {}
