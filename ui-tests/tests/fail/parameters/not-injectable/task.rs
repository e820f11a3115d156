#[taskvisor::task]
async fn ping(_flag: bool) {}

fn main() {}
