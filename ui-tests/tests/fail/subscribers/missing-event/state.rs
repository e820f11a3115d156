use taskvisor::State;

#[taskvisor::subscriber]
async fn alert(_limit: State<u32>) {}

fn main() {}
