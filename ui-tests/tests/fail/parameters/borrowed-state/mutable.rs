use taskvisor::State;

#[taskvisor::task]
async fn ping(_limit: State<&mut u32>) {}

fn main() {}
