use taskvisor::Event;

#[taskvisor::job]
async fn archive(_event: &Event) {}

fn main() {}
