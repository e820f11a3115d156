#[taskvisor::task(timeout)]
async fn bare() {}

#[taskvisor::task(timeout = , name = "a")]
async fn nothing() {}

#[taskvisor::task(max_retries =)]
async fn end() {}

fn main() {}
