#[taskvisor::task]
async extern "C" fn ping() {}

fn main() {}
