#[taskvisor::main(crates = [fn])]
async fn main() {}
