use std::rc::Rc;

use taskvisor::prelude::*;

#[job]
async fn count(until: u64) -> std::io::Result<Rc<u64>> {
    Ok(Rc::new(until))
}

#[task]
async fn submits(supervisor: SupervisorHandle) -> Result<(), TaskError> {
    supervisor.submit(count { until: 1 })?.await?;
    Ok(())
}

fn main() {}
