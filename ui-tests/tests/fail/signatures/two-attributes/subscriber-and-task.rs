use taskvisor::Event;

#[taskvisor::subscriber]
#[taskvisor::task]
async fn both(_event: &Event) {}

fn main() {}
