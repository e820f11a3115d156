use taskvisor::Event;

#[taskvisor::subscriber]
fn alert(_event: &Event) -> impl Future<Output = ()> {
    async {}
}

fn main() {}
