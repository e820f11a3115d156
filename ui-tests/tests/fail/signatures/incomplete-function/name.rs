#[taskvisor::subscriber]
async fn alert(&Event) {}

fn main() {}
