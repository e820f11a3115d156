use taskvisor::TaskContext;

#[taskvisor::task]
async fn ping<'a>(_context: &'a TaskContext) {}

fn main() {}
