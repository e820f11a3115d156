use taskvisor::{Event, SupervisorHandle};

#[taskvisor::subscriber]
async fn alert(_handle: SupervisorHandle, _event: &Event) {}

fn main() {}
