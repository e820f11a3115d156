#[taskvisor::task(cron = "60 3 * * *", tz = "Europe/Berlin")]
async fn ping() {}

fn main() {}
