use taskvisor::{Event, TaskContext};

#[taskvisor::subscriber]
async fn alert(_context: TaskContext, _event: &Event) {}

fn main() {}
