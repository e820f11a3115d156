//! Start-up: from before a process is made until one of its tasks is polled. An operation is one process.
//!
//! Included: the process, its runtime with two workers, and for taskvisor finding and checking all declarations. The
//! programs are in `bin/start_*.rs`, with the profile of this one. Each task is a function of its own, by hand too, where
//! each is spawned by name: most of a start is fetching code for the first time. The published crate is given its tasks
//! as a list, all with one body. Left out: allocations, which happen elsewhere.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::count::Cost;
use crate::flavor::Flavor;
use crate::work::{Shows, System, Work, entry};

const PROCESSES: u64 = 20;

macro_rules! start {
    ($name:literal, $program:literal, $tasks:literal, $which:ident) => {
        Work {
            group: "Start-up",
            name: $name,
            flavors: Flavor::TWO,
            shows: Shows::OnlyTime,
            entries: &[
                entry(System::Raw, PROCESSES, |_, operations| {
                    start("start_raw", $tasks, Which::$which, operations)
                }),
                entry(System::Task, PROCESSES, |_, operations| {
                    start($program, "", Which::$which, operations)
                }),
                entry(System::Published, PROCESSES, |_, operations| {
                    start("start_published", $tasks, Which::$which, operations)
                }),
            ],
        }
    };
}

pub const WORKS: &[Work] = &[
    start!("1 declared task, polled", "start_1", "1", First),
    start!("100 declared tasks, the first polled", "start_100", "100", First),
    start!("100 declared tasks, all polled", "start_100", "100", Last),
    start!("1,000 declared tasks, the first polled", "start_1000", "1000", First),
    start!("1,000 declared tasks, all polled", "start_1000", "1000", Last),
];

enum Which {
    First,
    Last,
}

fn start(program: &str, tasks: &str, which: Which, operations: u64) -> Cost {
    let program = programs().join(program);
    let started = (0..operations).map(|_| {
        let before = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock that is set");
        let output = Command::new(&program).arg(tasks).output().expect("it can be started");
        let printed = String::from_utf8(output.stdout).expect("it prints numbers");
        let mut numbers = printed.split_whitespace().map(|nanos| nanos.parse().expect("it prints numbers"));
        let (first, last) = (numbers.next().expect("the first"), numbers.next().expect("the last"));
        let polled = Duration::from_nanos(match which {
            Which::First => first,
            Which::Last => last,
        });
        polled.saturating_sub(before)
    });
    Cost { time: started.sum(), ..Cost::default() }
}

/// Builds the programs beside this one, because `cargo run` builds only this one.
fn programs() -> &'static PathBuf {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let this = std::env::current_exe().expect("the path of this program");
        let folder = this.parent().expect("it is in a folder").to_owned();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "--quiet",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ]);
        cargo.arg("--target-dir").arg(folder.parent().expect("it is in a folder"));
        for program in ["start_raw", "start_published", "start_1", "start_100", "start_1000"] {
            cargo.args(["--bin", program]);
        }
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo is there").success(), "the programs to start cannot be built");
        folder
    })
}
