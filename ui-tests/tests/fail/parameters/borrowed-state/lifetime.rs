use std::sync::MutexGuard;

use taskvisor::State;

#[taskvisor::task]
async fn ping(_limit: State<MutexGuard<'_, u32>>) {}

fn main() {}
