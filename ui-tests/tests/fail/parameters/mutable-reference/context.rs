use taskvisor::TaskContext;

#[taskvisor::job]
async fn sync(_context: &mut TaskContext) {}

fn main() {}
