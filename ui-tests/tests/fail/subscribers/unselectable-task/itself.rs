use taskvisor::Event;

#[taskvisor::subscriber(task = [alert])]
async fn alert(_event: &Event) {}

fn main() {}
