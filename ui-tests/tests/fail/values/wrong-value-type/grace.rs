#[taskvisor::main(grace = 15)]
async fn main() {}
