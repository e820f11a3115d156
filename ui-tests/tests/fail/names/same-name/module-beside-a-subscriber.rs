use taskvisor::prelude::*;

mod alert {}

#[subscriber(on(Failed))]
async fn alert(_event: &Event) {}

fn main() {}
