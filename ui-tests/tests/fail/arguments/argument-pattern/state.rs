use taskvisor::State;

struct Db;

#[taskvisor::job]
async fn sync(State(_db): Db) {}

fn main() {}
