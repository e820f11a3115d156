#[taskvisor::task]
const async fn ping() {}

fn main() {}
