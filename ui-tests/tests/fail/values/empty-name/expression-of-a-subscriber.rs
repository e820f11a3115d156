use taskvisor::prelude::*;

#[subscriber(name = concat!())]
async fn log(_: &Event) {}

fn main() {}
