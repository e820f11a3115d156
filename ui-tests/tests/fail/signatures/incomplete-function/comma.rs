use taskvisor::{State, TaskContext};

#[taskvisor::task]
async fn ping(_context: TaskContext _limit: State<u32>) {}

fn main() {}
