const IDLE: u64 = 5;

#[taskvisor::task(timeout = IDLE)]
async fn ping() {}

fn main() {}
