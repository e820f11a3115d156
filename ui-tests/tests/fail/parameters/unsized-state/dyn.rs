use taskvisor::State;

trait Store: Send + Sync {}

#[taskvisor::task]
async fn ping(_store: State<dyn Store>) {}

fn main() {}
