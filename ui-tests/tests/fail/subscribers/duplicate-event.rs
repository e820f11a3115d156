use taskvisor::Event;

#[taskvisor::subscriber(on(Failed, Failed))]
async fn alert(_event: &Event) {}

fn main() {}
