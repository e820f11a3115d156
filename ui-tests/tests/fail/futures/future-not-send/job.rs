use std::rc::Rc;

#[taskvisor::job]
async fn sync(_tenant: u64) {
    let shared = Rc::new(1);
    std::future::pending::<()>().await;
    drop(shared);
}

fn main() {}
