use taskvisor::Event;

#[taskvisor::subscriber(on(Failed, Lagged))]
async fn alert(_event: &Event) {}

fn main() {}
