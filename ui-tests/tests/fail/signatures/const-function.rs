#[taskvisor::task]
const fn ping() {}

fn main() {}
