struct Ping;

#[taskvisor::task]
impl Ping {}

fn main() {}
