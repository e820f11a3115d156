#[taskvisor::task(backoff(exp, first = "1m"))]
async fn first_above_max() {}

#[taskvisor::task(backoff(constant, first = "1s", factor = 2.0))]
async fn constant_that_grows() {}

#[taskvisor::task(backoff(exp, factor = 0.5))]
async fn shrinking() {}

fn main() {}
