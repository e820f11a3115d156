#[taskvisor::task(crontab = "30 4 * * MON")]
async fn ping() {}

fn main() {}
