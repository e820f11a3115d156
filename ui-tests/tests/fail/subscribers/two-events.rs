use taskvisor::Event;

#[taskvisor::subscriber]
async fn alert(_first: &Event, _second: &Event) {}

fn main() {}
