#[taskvisor::task(cron = "0 3 * * *", tz = "")]
async fn ping() {}

fn main() {}
