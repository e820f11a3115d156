use taskvisor::prelude::*;

#[task]
async fn ping(_db: State<Pool>) {}

fn main() {}
