//! What the dashboard costs: its answers, its event streams, and its memory.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --features http --bin http -- [answers | streams | memory]`
//!
//! What an installed dashboard adds to an event, without a client, is counted by `--features http --bin instructions`.

mod answers;
#[allow(dead_code, reason = "this program reads the live bytes only")]
#[path = "../../count.rs"]
mod count;
mod memory;
mod readers;
mod setup;
mod streams;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            answers::measure();
            streams::measure();
            memory::measure();
        }
        ["answers"] => answers::measure(),
        ["streams"] => streams::measure(),
        ["memory"] => memory::measure(),
        // The process of the clients.
        ["readers", address, reading, idle] => {
            readers::run(address, reading.parse().expect("a number"), idle.parse().expect("a number"));
        }
        _ => {
            eprintln!("usage: http [answers | streams | memory]");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
