use std::rc::Rc;

use taskvisor::prelude::*;

#[job]
async fn sync(tenant: Rc<u64>) -> u64 {
    *tenant
}

#[task]
async fn submits(supervisor: SupervisorHandle) {
    let _ = supervisor.submit(sync { tenant: Rc::new(1) }.with_slot("all")).map(drop);
    let _ = supervisor.submit(sync { tenant: Rc::new(2) }).map(drop);
}

fn main() {}
