use std::rc::Rc;

#[taskvisor::job]
async fn sync(_tenant: u64) -> Rc<u32> {
    Rc::new(1)
}

fn main() {}
