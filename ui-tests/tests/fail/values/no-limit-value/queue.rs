use taskvisor::prelude::*;

#[subscriber(queue = None)]
async fn log(_: &Event) {}

fn main() {}
