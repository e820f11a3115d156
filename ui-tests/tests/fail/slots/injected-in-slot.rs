use taskvisor::State;

#[taskvisor::job(slot = "{db}-{tenant}")]
async fn sync(tenant: u64, State(db): State<u64>) -> u64 {
    tenant + *db
}

fn main() {}
