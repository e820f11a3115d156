use taskvisor::Event;

#[taskvisor::subscriber(on = Failed)]
async fn alert(_event: &Event) {}

fn main() {}
