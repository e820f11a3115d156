use taskvisor::prelude::*;

#[task]
async fn clean_up() {}

#[task]
async fn submits(supervisor: SupervisorHandle) {
    supervisor.submit(clean_up::spec());
}

fn main() {}
