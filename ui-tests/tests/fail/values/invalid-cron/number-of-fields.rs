#[taskvisor::task(cron = "0 3 * *", tz = "Europe/Berlin")]
async fn ping() {}

fn main() {}
