use taskvisor::Event;

#[taskvisor::subscriber]
async fn alert(_event: &Event) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {}
