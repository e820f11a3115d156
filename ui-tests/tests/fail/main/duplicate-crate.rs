#[taskvisor::main(crates = [tokio, tokio])]
async fn main() {}
