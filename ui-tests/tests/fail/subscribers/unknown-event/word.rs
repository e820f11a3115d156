use taskvisor::Event;

#[taskvisor::subscriber(on(Timeout))]
async fn alert(_event: &Event) {}

fn main() {}
