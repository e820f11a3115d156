struct Db;

#[taskvisor::job]
async fn sync(_db: &Db) {}

fn main() {}
