use taskvisor::Event;

#[taskvisor::subscriber(on(failed, Lagged))]
async fn alert(_event: &Event) {}

fn main() {}
