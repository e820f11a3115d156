use taskvisor::{Event, State};

#[taskvisor::subscriber]
async fn alert(_limit: &State<u32>, _event: &Event) {}

fn main() {}
