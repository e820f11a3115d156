#[taskvisor::subscriber]
async fn alert() {}

fn main() {}
