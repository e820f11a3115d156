#[taskvisor::task(missed = "skip")]
async fn ping() {}

fn main() {}
