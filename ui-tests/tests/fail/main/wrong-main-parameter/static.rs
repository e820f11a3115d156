use taskvisor::App;

#[taskvisor::main]
async fn main(_app: &'static mut App) {}
