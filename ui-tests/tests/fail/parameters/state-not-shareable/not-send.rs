use std::rc::Rc;

use taskvisor::State;

#[taskvisor::task]
async fn ping(_cache: State<Rc<u32>>) {}

fn main() {}
