use taskvisor::{Event, State};

#[taskvisor::subscriber]
async fn alert(_event: &Event, _both: (State<u32>, State<String>)) {}

fn main() {}
