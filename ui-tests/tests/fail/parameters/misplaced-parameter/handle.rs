use taskvisor::JobHandle;

#[taskvisor::task]
async fn ping(_sync: JobHandle<u64>) {}

fn main() {}
