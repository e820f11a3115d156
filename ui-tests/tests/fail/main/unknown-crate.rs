#[taskvisor::main(crates = [billing])]
async fn main() {}
