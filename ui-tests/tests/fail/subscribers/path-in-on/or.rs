use taskvisor::prelude::*;

#[subscriber(on(Failed | TimedOut))]
async fn log(_: &Event) {}

fn main() {}
