#[taskvisor::subscriber]
async fn alert(_event: &String) {}

fn main() {}
