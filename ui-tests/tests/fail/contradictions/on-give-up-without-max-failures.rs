#[taskvisor::task(every = "30s", max_retries = 3, on_give_up = "pause")]
async fn ping() {}

fn main() {}
