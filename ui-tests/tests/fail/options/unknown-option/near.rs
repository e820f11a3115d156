#[taskvisor::task(restrat = "always")]
async fn ping() {}

fn main() {}
