#[taskvisor::task(max_retries = 0)]
async fn none() {}

#[taskvisor::task(max_retries = -1)]
async fn negative() {}

fn main() {}
