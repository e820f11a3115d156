#[taskvisor::task(restart = Always)]
async fn ping() {}

fn main() {}
