use std::cell::Cell;

use taskvisor::{Event, State};

#[taskvisor::subscriber]
async fn alert(_event: &Event, _hits: State<Cell<u32>>) {}

fn main() {}
