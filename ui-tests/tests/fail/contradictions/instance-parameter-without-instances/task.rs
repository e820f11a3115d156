use taskvisor::Instance;

#[taskvisor::task]
async fn consume(Instance(_number): Instance) {}

fn main() {}
