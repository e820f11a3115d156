#[taskvisor::task]
async fn connect() {}

#[taskvisor::main(grace = "5s", critical = self::connect)]
async fn main() {}
