#[taskvisor::task(cron = "*/0 * * * *", tz = "Europe/Berlin")]
async fn ping() {}

fn main() {}
