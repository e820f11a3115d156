#[taskvisor::task(cron = "0 3 * * *", delay = "10s")]
async fn ping() {}

fn main() {}
