//! A critical task that gives up shuts the application down.

#[taskvisor::task(critical, max_retries = 3, on_give_up = "pause")]
async fn poll() {}

fn main() {}
