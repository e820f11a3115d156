use taskvisor::prelude::*;

#[job]
async fn sync(_tenant: u64) {}

#[taskvisor::main]
async fn main(app: &mut App) {
    app.submit(sync { _tenant: 1 });
}
