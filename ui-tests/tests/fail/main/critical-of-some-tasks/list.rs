#[taskvisor::task]
async fn connect() {}

#[taskvisor::main(critical = [connect])]
async fn main() {}
