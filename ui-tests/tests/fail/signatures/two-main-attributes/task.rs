#[taskvisor::task]
#[tokio::main]
async fn ping() {}

fn main() {}
