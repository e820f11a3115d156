use taskvisor::prelude::*;

struct Ping;

#[taskvisor::main]
async fn main(app: &mut App) {
    app.disable::<Ping>();
}
