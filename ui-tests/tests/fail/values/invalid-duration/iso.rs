#[taskvisor::task(timeout = "PT5S")]
async fn ping() {}

fn main() {}
