trait Store {}

#[taskvisor::task]
async fn ping(_store: &(dyn Store + Sync)) {}

fn main() {}
