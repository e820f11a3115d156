#[taskvisor::task]
async fn ping(_name: &str) {}

fn main() {}
