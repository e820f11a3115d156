use taskvisor::prelude::*;

#[subscriber(on('Failed'))]
async fn log(_: &Event) {}

fn main() {}
