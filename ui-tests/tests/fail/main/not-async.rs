#[taskvisor::main]
fn main() {}
