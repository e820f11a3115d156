use taskvisor::Admission;

#[taskvisor::job(slot = "all", admission = Admission::Latest, queue = 8)]
async fn sync(_tenant: u64) {}

fn main() {}
