#[taskvisor::task(on-error = "retry")]
async fn ping() {}

fn main() {}
