use taskvisor::State;

#[taskvisor::task]
async fn ping(_name: State<&str>) {}

fn main() {}
