use taskvisor::prelude::*;

#[subscriber]
async fn alert(_event: &Event) {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.subscriber(alert);
}
