#[taskvisor::task(max_retries = "3")]
async fn count() {}

#[taskvisor::task(timeout = 5s)]
async fn duration() {}

#[taskvisor::task(restart = always)]
async fn word() {}

fn main() {}
