#[taskvisor::main(max_concurent = 8)]
async fn main() {}
