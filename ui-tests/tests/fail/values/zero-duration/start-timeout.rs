#[taskvisor::task(ready = "notify", start_timeout = "0s")]
async fn ping() {}

fn main() {}
