#[taskvisor::job]
#[taskvisor::task]
async fn both(_tenant: u64) {}

#[taskvisor::task]
#[taskvisor::job]
async fn other_way_round(_tenant: u64) {}

#[taskvisor::job]
#[taskvisor::job(name = "again")]
async fn twice(_tenant: u64) {}

fn main() {}
