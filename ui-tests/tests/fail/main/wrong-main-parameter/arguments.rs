use taskvisor::App;

#[taskvisor::main]
async fn main(_arguments: Vec<String>, _app: &mut App) {}
