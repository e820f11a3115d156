use std::rc::Rc;

#[taskvisor::task]
async fn ping() {
    let shared = Rc::new(1);
    std::future::pending::<()>().await;
    drop(shared);
}

fn main() {}
