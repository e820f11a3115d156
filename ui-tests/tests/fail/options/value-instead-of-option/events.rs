use taskvisor::prelude::*;

#[subscriber(Failed, TimedOut)]
async fn log(_: &Event) {}

fn main() {}
