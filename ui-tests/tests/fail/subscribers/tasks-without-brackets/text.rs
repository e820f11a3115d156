use taskvisor::Event;

#[taskvisor::subscriber(task = "connect")]
async fn alert(_event: &Event) {}

fn main() {}
