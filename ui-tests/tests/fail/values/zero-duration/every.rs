#[taskvisor::task(every = "0s")]
async fn ping() {}

fn main() {}
