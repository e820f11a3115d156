use taskvisor::Event;

#[taskvisor::subscriber]
async fn alert(_event: &Event, _flag: bool) {}

fn main() {}
