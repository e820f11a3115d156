use taskvisor::TaskContext;

#[taskvisor::task(ready = "start", start_timeout = "5s")]
async fn ping(_: TaskContext) {}

fn main() {}
