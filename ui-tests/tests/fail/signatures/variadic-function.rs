#[taskvisor::task]
async fn ping(_arguments: ...) {}

fn main() {}
