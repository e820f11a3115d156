use taskvisor::State;

#[taskvisor::task]
async fn ping(_counter: &mut State<u32>) {}

fn main() {}
