#[taskvisor::main(crates = ["my-crate"])]
async fn main() {}
