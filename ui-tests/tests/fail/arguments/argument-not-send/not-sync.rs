use std::cell::Cell;

#[taskvisor::job]
async fn sync(_revision: u32, _tenant: Cell<u64>) {}

fn main() {}
