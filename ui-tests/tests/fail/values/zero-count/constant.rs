const NONE: u32 = 0;

#[taskvisor::task(max_retries = NONE)]
async fn ping() {}

fn main() {}
