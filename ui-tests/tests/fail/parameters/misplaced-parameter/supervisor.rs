use taskvisor::Supervisor;

#[taskvisor::job]
async fn sync(_supervisor: &Supervisor) {}

fn main() {}
