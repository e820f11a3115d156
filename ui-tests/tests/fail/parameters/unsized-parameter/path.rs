use std::path::Path;

#[taskvisor::task]
async fn ping(_file: &Path) {}

fn main() {}
