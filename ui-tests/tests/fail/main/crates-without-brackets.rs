#[taskvisor::main(crates = tokio)]
async fn main() {}
