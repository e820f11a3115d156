use taskvisor::State;

struct Db;

#[taskvisor::job(needs = [Db])]
async fn sync(_tenant: u64, _db: State<Db>) {}

fn main() {}
