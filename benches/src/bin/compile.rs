//! What a declared task costs to compile and to ship, beside the same function without its attribute.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin compile -- [rounds] [tasks]`
//!
//! A package of four programs, each with the same functions: a few lines with awaits, a state and an error. All have
//! `#[taskvisor::main]` and one declared task, so that no number is about the runtime. What differs:
//!
//! - `plain`: each function is boxed in a table, the least code that keeps it in the program;
//! - `spawned`: each is spawned from a table, without anything that taskvisor does for a task;
//! - `task`: each is a `#[task]`;
//! - `job`: each is a `#[job]` with a slot, submitted from a table.
//!
//! In interleaved rounds one number in each program is changed, and then timed, with all that cargo does around the
//! compiler: `cargo check` of the change, `cargo check` of the program without what the last one left, and
//! `cargo build --release`. Dependencies are built before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const PROGRAMS: [&str; 4] = ["plain", "spawned", "task", "job"];

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse().expect("a number"));
    let rounds: usize = numbers.next().unwrap_or(5);
    let tasks: usize = numbers.next().unwrap_or(100);
    let package = Package::new();
    // The first round builds the dependencies, and does not count.
    let mut times = PROGRAMS.map(|_| [const { Vec::new() }; 3]);
    for round in 0..=rounds {
        for (program, times) in PROGRAMS.into_iter().zip(&mut times) {
            package.write(program, tasks, round);
            let check = package.cargo(&["check", "--bin", program]);
            package.forget_checks();
            package.write(program, tasks, round);
            let check_from_nothing = package.cargo(&["check", "--bin", program]);
            let release = package.cargo(&["build", "--release", "--bin", program]);
            if round > 0 {
                let round = [check, check_from_nothing, release];
                times.iter_mut().zip(round).for_each(|(times, time)| times.push(time));
            }
        }
    }
    println!("{tasks} tasks: in all, and how much more than `plain` for each");
    let headings = ["check", "from nothing", "release", "binary", "stripped"];
    println!("{:8}{}", "", headings.map(|heading| format!("{heading:^24}")).concat());
    let numbers = PROGRAMS.into_iter().zip(times).map(|(program, times)| {
        let [check, check_from_nothing, release] = times.map(median);
        let [binary, stripped] = package.sizes(program);
        [(check, "ms"), (check_from_nothing, "ms"), (release, "ms"), (binary, "B"), (stripped, "B")]
    });
    let numbers: Vec<_> = numbers.collect();
    for (program, these) in PROGRAMS.iter().zip(&numbers) {
        let columns = these.iter().zip(&numbers[0]).map(|((number, unit), (plain, _))| {
            format!("{number:>9.0}{:>+9.1} {unit:<5}", (number - plain) / tasks as f64)
        });
        println!("{program:8}{}", columns.collect::<String>());
    }
    fs::remove_dir_all(&package.folder).expect("the package can be removed");
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

struct Package {
    folder: PathBuf,
}

impl Package {
    fn new() -> Self {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::temp_dir().join(format!("taskvisor-compile-{}", std::process::id()));
        fs::create_dir_all(folder.join("src/bin")).expect("a temporary folder");
        let manifest = format!(
            "[workspace]\n[package]\nname = \"compile\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\n\
             taskvisor = {{ path = {:?} }}\ntokio = {{ version = \"1.47\", features = [\"full\"] }}\n",
            benches.join("../taskvisor")
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest can be written");
        fs::copy(benches.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
        Self { folder }
    }

    /// Runs cargo, and returns the elapsed milliseconds.
    fn cargo(&self, arguments: &[&str]) -> f64 {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).args(["--quiet", "--offline"]).current_dir(&self.folder).stdin(Stdio::null());
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        let started = Instant::now();
        assert!(
            cargo.status().expect("cargo is there").success(),
            "cargo {arguments:?} in {:?}",
            self.folder
        );
        started.elapsed().as_secs_f64() * 1000.0
    }

    /// Removes what the compiler keeps for the next check.
    fn forget_checks(&self) {
        fs::remove_dir_all(self.folder.join("target/debug/incremental")).expect("there was a check");
    }

    /// Returns the size of a binary in bytes, as built and without its symbols.
    fn sizes(&self, program: &str) -> [f64; 2] {
        let binary = self.folder.join("target/release").join(program);
        let stripped = binary.with_extension("stripped");
        // Where there is no `strip`, there is no second size.
        let _ = Command::new("strip").arg("-o").arg(&stripped).arg(&binary).status();
        [binary, stripped].map(|path| fs::metadata(path).map_or(f64::NAN, |file| file.len() as f64))
    }

    /// Writes a program; `version` is the number that changes in it.
    fn write(&self, program: &str, tasks: usize, version: usize) {
        let (attribute, parameters, tenant) = match program {
            "task" => ("#[taskvisor::task]", "State(db): State<Db>", "3"),
            "job" => {
                ("#[taskvisor::job(slot = \"{tenant}\")]", "tenant: u64, State(db): State<Db>", "tenant")
            }
            _ => ("", "db: Arc<Db>", "3"),
        };
        let (mut functions, mut table) = (String::new(), String::new());
        for number in 0..tasks {
            let days = if number == 0 { 1000 + version } else { number };
            functions += &format!(
                "{attribute}\nasync fn work_{number}({parameters}) -> Result<(), Failed> {{
                    let late = db.late({tenant}, {days}).await?;
                    for order in late {{
                        db.remind(order + {days}).await?;
                        tokio::time::sleep(Duration::from_millis({days})).await;
                    }}
                    Ok(())
                }}\n"
            );
            table += &match program {
                "plain" => format!("|db, _| Ok(Box::pin(work_{number}(db))),\n"),
                "spawned" => format!("|db, _| Ok(Box::pin(joined(tokio::spawn(work_{number}(db))))),\n"),
                "job" => {
                    let job = format!("work_{number} {{ tenant: {number} }}");
                    format!("|_, handle| Ok(Box::pin(finished(handle.submit({job})?))),\n")
                }
                _ => String::new(),
            };
        }
        let path = self.folder.join("src/bin").join(format!("{program}.rs"));
        fs::write(path, format!("{COMMON}{functions}{FIRST}{table}{LAST}"))
            .expect("the program can be written");
    }
}

const COMMON: &str = "
    #![allow(unused)]
    use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};
    use taskvisor::{App, JobHandle, State, SupervisorHandle};
    use tokio::{sync::Mutex, task::JoinHandle};
    #[derive(Default)]
    struct Db { orders: Mutex<Vec<u64>> }
    impl Db {
        async fn late(&self, tenant: u64, days: u64) -> Result<Vec<u64>, Failed> {
            let orders = self.orders.lock().await;
            if orders.len() as u64 == tenant { return Err(Failed(tenant)); }
            Ok(orders.iter().copied().filter(|order| order % 1000 > days).collect())
        }
        async fn remind(&self, order: u64) -> Result<(), Failed> {
            self.orders.lock().await.push(order);
            Ok(())
        }
    }
    #[derive(Debug)]
    struct Failed(u64);
    impl fmt::Display for Failed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, \"no orders for {}\", self.0) }
    }
    impl Error for Failed {}
    async fn joined(handle: JoinHandle<Result<(), Failed>>) -> Result<(), Failed> { handle.await.unwrap_or(Ok(())) }
    async fn finished(handle: JobHandle<()>) -> Result<(), Failed> { Ok(handle.await.unwrap_or(())) }
    type Boxed = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;
    type Start = fn(Arc<Db>, &SupervisorHandle) -> Result<Boxed, Box<dyn Error + Send + Sync>>;
    #[taskvisor::main]
    async fn main(app: &mut App) { app.state(Db::default()); }
";

const FIRST: &str = "
    #[taskvisor::task]
    async fn first(State(db): State<Db>, handle: SupervisorHandle) -> Result<(), Box<dyn Error + Send + Sync>> {
        let starts: &[Start] = &[
";

const LAST: &str = "
        ];
        for start in starts { start(Arc::clone(&db), &handle)?.await?; }
        Ok(())
    }
";
