use std::rc::Rc;

use taskvisor::Event;

#[taskvisor::subscriber]
async fn alert(_event: &Event) {
    let shared = Rc::new(1);
    std::future::pending::<()>().await;
    drop(shared);
}

fn main() {}
