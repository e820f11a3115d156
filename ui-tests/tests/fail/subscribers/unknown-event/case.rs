use taskvisor::Event;

#[taskvisor::subscriber(on(failed))]
async fn alert(_event: &Event) {}

fn main() {}
