use taskvisor::{Admission, RestartPolicy};

#[taskvisor::job(restart = RestartPolicy::Always)]
async fn restarts() {}

#[taskvisor::job(slot = "all", admission = Admission::Latest, queue = 8)]
async fn queues() {}

fn main() {}
