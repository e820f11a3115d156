//! A constant of a flag is a `bool`.

const CRITICAL: u8 = 1;

#[taskvisor::task(critical = CRITICAL)]
async fn poll() {}

fn main() {}
