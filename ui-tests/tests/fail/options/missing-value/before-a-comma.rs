#[taskvisor::task(timeout = , name = "a")]
async fn ping() {}

fn main() {}
