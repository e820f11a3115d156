use taskvisor::Event;

#[taskvisor::subscriber(restart = "always")]
async fn alert(_event: &Event) {}

fn main() {}
