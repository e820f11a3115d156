#[taskvisor::main(crates = [crate])]
async fn main() {}
