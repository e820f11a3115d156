use taskvisor::EventKind;

#[taskvisor::subscriber]
async fn alert(_kind: &EventKind) {}

fn main() {}
