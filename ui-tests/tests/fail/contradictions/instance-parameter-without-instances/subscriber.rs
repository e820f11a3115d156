use taskvisor::{Event, Instance};

#[taskvisor::subscriber]
async fn log(_event: &Event, _instance: Instance) {}

fn main() {}
