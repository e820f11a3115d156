use taskvisor::prelude::*;

#[task = "pong"]
async fn ping() {}

fn main() {}
