#[taskvisor::task(restart = "on_failure")]
async fn ping() {}

fn main() {}
