#[taskvisor::main]
#[taskvisor::main]
async fn main() {}
