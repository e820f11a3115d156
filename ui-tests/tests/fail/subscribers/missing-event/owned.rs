use taskvisor::Event;

#[taskvisor::subscriber]
async fn alert(_event: Event) {}

fn main() {}
