use taskvisor::State;

#[taskvisor::task]
async fn ping(#[inject] _db: State<u32>) {}

fn main() {}
