use taskvisor::{Event, TaskContext};

#[taskvisor::subscriber]
async fn alert(_event: &Event, _context: TaskContext) {}

fn main() {}
