//! A name that is a keyword.

use taskvisor::Event;

#[taskvisor::task]
async fn r#loop() {}

#[taskvisor::subscriber]
async fn r#match(_event: &Event) {}

#[taskvisor::main]
async fn main() {
    assert_eq!(r#loop::NAME, "loop");
    assert_eq!(r#loop::spec().name(), "loop");
    assert_eq!(r#match::NAME, "match");
    r#loop().await;
}
