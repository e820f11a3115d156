use taskvisor::{Event, State};

#[taskvisor::subscriber]
async fn alert(_event: &Event, _name: Option<State<str>>) {}

fn main() {}
