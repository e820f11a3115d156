use std::rc::Rc;

#[taskvisor::job]
async fn sync(_tenant: Rc<u64>) {}

fn main() {}
