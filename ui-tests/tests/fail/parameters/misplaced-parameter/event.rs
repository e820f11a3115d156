use taskvisor::Event;

#[taskvisor::task]
async fn ping(_event: &Event) {}

fn main() {}
