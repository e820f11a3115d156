#[taskvisor::main(crates = [billing::jobs])]
async fn main() {}
