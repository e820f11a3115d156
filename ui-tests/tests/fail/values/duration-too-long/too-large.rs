#[taskvisor::task(every = "99999999999999999999s")]
async fn ping() {}

fn main() {}
