#[taskvisor::task(on_failure)]
async fn ping() {}

fn main() {}
