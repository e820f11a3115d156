#[taskvisor::task(cron = "0 3 * * *")]
async fn nightly() {}

fn main() {}
