#[taskvisor::task]
async fn ping() -> impl std::fmt::Debug {}

fn main() {}
