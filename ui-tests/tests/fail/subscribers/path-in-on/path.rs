use taskvisor::Event;

#[taskvisor::subscriber(on(EventKind::Failed))]
async fn alert(_event: &Event) {}

fn main() {}
