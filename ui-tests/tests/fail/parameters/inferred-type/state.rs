use taskvisor::State;

#[taskvisor::task]
async fn ping(_db: State<_>) {}

fn main() {}
