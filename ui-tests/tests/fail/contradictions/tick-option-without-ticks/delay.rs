#[taskvisor::task(delay = "30s", overlap = "queue")]
async fn ping() {}

fn main() {}
