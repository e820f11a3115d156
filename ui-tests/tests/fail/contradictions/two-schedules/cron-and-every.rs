#[taskvisor::task(cron = "0 3 * * *", every = "30s")]
async fn ping() {}

fn main() {}
