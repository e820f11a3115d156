#[taskvisor::task]
async fn ping(_value: impl Send) {}

fn main() {}
