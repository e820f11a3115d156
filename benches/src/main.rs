//! Compares the costs of taskvisor with hand-written Tokio code and with other crates. Every system runs every work
//! that it supports, in interleaved rounds; the tables show medians.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -- --help`

mod count;
mod names;
mod oops;
mod started;
mod flavor;
mod work;
mod measure;
mod table;
mod arguments;
mod systems;
mod works;

use std::process::ExitCode;

use crate::arguments::{Arguments, USAGE};
use crate::table::Table;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if arguments.help {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let chosen = works::all().filter(|work| {
        [work.group, work.name].iter().any(|text| text.to_lowercase().contains(&arguments.filter))
    });
    let chosen: Vec<_> = chosen.collect();
    if chosen.is_empty() {
        eprintln!("no work contains `{}`; `--list` lists them", arguments.filter);
        return ExitCode::from(2);
    }
    let mut table = Table::new(arguments.markdown);
    for work in chosen {
        if arguments.list {
            println!("{}: {}", work.group, work.name);
        } else {
            table.print(work, &measure::measure(work, arguments.rounds));
        }
    }
    ExitCode::SUCCESS
}
