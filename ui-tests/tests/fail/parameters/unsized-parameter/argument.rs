trait Store {}

#[taskvisor::job]
async fn sync(_store: dyn Store) {}

fn main() {}
