#[taskvisor::task]
struct Ping;

fn main() {}
