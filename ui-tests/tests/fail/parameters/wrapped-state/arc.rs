use std::sync::Arc;

use taskvisor::State;

#[taskvisor::job]
async fn sync(_limit: Arc<State<u32>>) {}

fn main() {}
