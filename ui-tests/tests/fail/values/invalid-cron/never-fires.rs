#[taskvisor::task(cron = "0 0 30 2 *", tz = "Europe/Berlin")]
async fn ping() {}

fn main() {}
