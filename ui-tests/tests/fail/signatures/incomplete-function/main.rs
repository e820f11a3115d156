#[taskvisor::main]
async fn main(app) {}
