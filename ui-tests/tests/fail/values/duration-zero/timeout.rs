#[taskvisor::task(timeout = "0s")]
async fn ping() {}

#[taskvisor::job(stop_timeout = "0s")]
async fn sync() {}

fn main() {}
