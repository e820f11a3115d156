#[taskvisor::main]
async fn main() -> impl std::fmt::Debug {}
