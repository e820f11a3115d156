#[taskvisor::main(max_concurrent = usize::MAX)]
async fn main() {}
