use std::cell::Cell;

use taskvisor::State;

#[taskvisor::task]
async fn ping(_hits: &State<Cell<u32>>) {}

fn main() {}
