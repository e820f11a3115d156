use taskvisor::State;

type Db = State<u32>;

#[taskvisor::job]
async fn sync(_tenant: u64, _db: Db) {}

fn main() {}
