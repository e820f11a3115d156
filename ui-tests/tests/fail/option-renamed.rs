#[taskvisor::task(retries = 3)]
async fn retries() {}

#[taskvisor::task(interval = "5s")]
async fn interval() {}

#[taskvisor::task(on-error = "retry")]
async fn on_error() {}

#[taskvisor::task(jitter = "full")]
async fn jitter() {}

fn main() {}
