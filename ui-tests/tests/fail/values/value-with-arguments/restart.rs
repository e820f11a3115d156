#[taskvisor::task(restart = on_failure(3))]
async fn ping() {}

fn main() {}
