use taskvisor::{App, Event};

#[taskvisor::subscriber]
async fn alert(_app: &mut App, _event: &Event) {}

fn main() {}
