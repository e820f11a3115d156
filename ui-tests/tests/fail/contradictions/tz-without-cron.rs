#[taskvisor::task(every = "30s", tz = "Europe/Berlin")]
async fn ping() {}

fn main() {}
