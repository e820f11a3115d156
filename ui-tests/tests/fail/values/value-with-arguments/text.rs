#[taskvisor::task(every = "30s", overlap = "queue(3)")]
async fn ping() {}

fn main() {}
