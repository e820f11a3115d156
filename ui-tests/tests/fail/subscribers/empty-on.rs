use taskvisor::Event;

#[taskvisor::subscriber(on())]
async fn alert(_event: &Event) {}

fn main() {}
