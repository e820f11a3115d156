#[taskvisor::task]
async fn main() {}
