use std::sync::Mutex;

use taskvisor::State;

#[taskvisor::task]
async fn ping(_limit: Mutex<State<u32>>) {}

fn main() {}
