const LIMIT: u32 = 8;

#[taskvisor::main(max_concurrent = LIMIT)]
async fn main() {}
