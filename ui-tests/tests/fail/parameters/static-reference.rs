use taskvisor::TaskContext;

#[taskvisor::task]
async fn ping(_context: &'static TaskContext) {}

fn main() {}
