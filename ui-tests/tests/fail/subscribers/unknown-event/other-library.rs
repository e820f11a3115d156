use taskvisor::prelude::*;

#[subscriber(on(Completed))]
async fn log(_: &Event) {}

fn main() {}
