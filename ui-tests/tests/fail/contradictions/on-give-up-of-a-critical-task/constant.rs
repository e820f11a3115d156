//! Whether it is critical may be a constant.

const CRITICAL: bool = true;

#[taskvisor::task(max_retries = 3, on_give_up = "fail", critical = CRITICAL)]
async fn poll() {}

fn main() {}
