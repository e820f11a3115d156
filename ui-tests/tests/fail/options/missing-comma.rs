#[taskvisor::task(timeout = "5s" name = "database")]
async fn ping() {}

fn main() {}
