#[taskvisor::task(backoff(exp, factor = f64::NAN))]
async fn ping() {}

fn main() {}
