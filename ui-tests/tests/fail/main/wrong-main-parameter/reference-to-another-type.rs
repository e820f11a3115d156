struct Database;

#[taskvisor::main]
async fn main(_database: &mut Database) {}
