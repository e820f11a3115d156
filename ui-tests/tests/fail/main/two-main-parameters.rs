use taskvisor::{App, SupervisorHandle};

#[taskvisor::main]
async fn main(_app: &mut App, _handle: SupervisorHandle) {}
