#[taskvisor::task]
async unsafe extern "C" fn ping() {}

fn main() {}
