#[taskvisor::main]
#[tokio::main]
async fn main() {}
