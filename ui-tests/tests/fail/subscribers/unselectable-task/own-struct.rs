use taskvisor::Event;

struct Db;

#[taskvisor::task]
async fn connect() {}

#[taskvisor::subscriber(on(Failed), task = [connect, Db])]
async fn alert(_event: &Event) {}

fn main() {}
