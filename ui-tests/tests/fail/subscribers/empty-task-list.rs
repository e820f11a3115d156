use taskvisor::Event;

#[taskvisor::subscriber(on(Failed), task = [])]
async fn alert(_event: &Event) {}

fn main() {}
