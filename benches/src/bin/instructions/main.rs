//! How many instructions the hot paths take, counted by callgrind: the same on a busy machine as on an idle one.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin instructions -- [check | write]`
//!
//! Without an argument it prints; `write` keeps the figures in `benches/instructions.txt`, and `check` fails if one is
//! more than 3 % above what is kept there. It needs `valgrind`. The figures belong to one compiler, allocator and
//! machine architecture. After a change of one of these, rewrite the figures before any change of the code.
//!
//! Each path is run twice, the second time with more operations; what is counted is the difference, so that starting a
//! process and a runtime is left out. Everything runs on one thread: the count is that of the work, without waiting.

#[cfg(feature = "metrics")]
mod noop;
mod paths;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};

use paths::PATHS;

const FEW: u64 = 500;
const MANY: u64 = 2_500;
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt");
const TOLERANCE: f64 = 1.03;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => report(|counted| print!("{counted}")),
        ["write"] => report(|counted| std::fs::write(KEPT, counted).expect("it can be written")),
        ["check"] => check(),
        ["run", path, times] => {
            #[cfg(feature = "metrics")]
            if std::env::var_os("RECORDER").is_some() {
                noop::install();
            }
            let (path, times) = (path.parse::<usize>(), times.parse());
            let (_, run) = PATHS[path.expect("a number")];
            run(times.expect("a number"));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: instructions [check | write]");
            ExitCode::FAILURE
        }
    }
}

fn report(say: impl FnOnce(String)) -> ExitCode {
    let counted = (0..PATHS.len()).fold(String::new(), |mut table, path| {
        writeln!(table, "{:>7}  {}", count(path), PATHS[path].0).expect("a string takes everything");
        table
    });
    say(counted);
    ExitCode::SUCCESS
}

fn check() -> ExitCode {
    let kept = std::fs::read_to_string(KEPT).expect("`write` made it");
    let mut slower = 0;
    for (path, (name, _)) in PATHS.iter().enumerate() {
        let line = kept.lines().find_map(|line| line.trim_start().strip_suffix(name));
        let Some(before) = line.and_then(|line| line.trim().parse::<u64>().ok()) else {
            eprintln!("`{name}` is not in {KEPT}: write it");
            slower += 1;
            continue;
        };
        let now = count(path);
        let verdict = if now as f64 > before as f64 * TOLERANCE { "MORE" } else { "" };
        slower += usize::from(!verdict.is_empty());
        println!("{before:>7} -> {now:>7}  {name} {verdict}");
    }
    if slower == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Instructions an operation.
fn count(path: usize) -> u64 {
    (collect(path, MANY) - collect(path, FEW)) / (MANY - FEW)
}

fn collect(path: usize, times: u64) -> u64 {
    let program = std::env::current_exe().expect("it runs");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["run", &path.to_string(), &times.to_string()])
        .output()
        .expect("`valgrind` is installed");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the path failed: {stderr}");
    let collected = stderr.lines().find_map(|line| line.split_once("Collected :"));
    let number = collected.and_then(|(_, number)| number.trim().parse().ok());
    number.unwrap_or_else(|| panic!("callgrind counted nothing: {stderr}"))
}
