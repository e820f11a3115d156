use taskvisor::{Event, SupervisorHandle};

#[taskvisor::subscriber]
async fn missing() {}

#[taskvisor::subscriber]
async fn owned(_event: Event) {}

#[taskvisor::subscriber]
async fn late(_handle: SupervisorHandle, _event: &Event) {}

fn main() {}
