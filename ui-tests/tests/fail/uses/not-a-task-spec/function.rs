use taskvisor::prelude::*;

#[task]
async fn ping() {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.task(ping);
}
