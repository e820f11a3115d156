const HOUR: u8 = 3;

#[taskvisor::task(cron = HOUR)]
async fn ping() {}

fn main() {}
