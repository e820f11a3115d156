#[taskvisor::task]
async fn ping<const N: usize>() {}

fn main() {}
