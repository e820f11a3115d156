use taskvisor::State;

#[taskvisor::job]
async fn sync(_limit: &State<&'a u32>) {}

fn main() {}
