#[taskvisor::task(cron = "0 3 * * MOO", tz = "Europe/Berlin")]
async fn ping() {}

fn main() {}
