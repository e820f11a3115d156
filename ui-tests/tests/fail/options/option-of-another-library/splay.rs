#[taskvisor::task(every = "1h", splay = "30s")]
async fn nightly() {}

fn main() {}
