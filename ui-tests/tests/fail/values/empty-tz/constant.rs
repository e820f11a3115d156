const ZONE: &str = "";

#[taskvisor::task(cron = "0 3 * * *", tz = ZONE)]
async fn ping() {}

fn main() {}
