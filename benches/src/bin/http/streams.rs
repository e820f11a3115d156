//! 100 event streams at 10,000 events a second.
//!
//! A source adds tasks that end at once, each of which publishes five events: 2,000 a second, and then as many as it can. The clients are a
//! process of their own. `processor` is the time of the server's process, source included, as a share of one core.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use taskvisor::{Config, Supervisor};

use crate::setup::{EVENTS_OF_ONCE, listen, once, with_dashboard};

const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_secs(3);
const EVENTS_PER_SECOND: u64 = 10_000;

struct Clients {
    name: &'static str,
    has_dashboard: bool,
    reading: usize,
    idle: usize,
}

const CLIENTS: [Clients; 5] = [
    Clients { name: "no dashboard", has_dashboard: false, reading: 0, idle: 0 },
    Clients { name: "no reader", has_dashboard: true, reading: 0, idle: 0 },
    Clients { name: "1 reader", has_dashboard: true, reading: 1, idle: 0 },
    Clients { name: "100 readers", has_dashboard: true, reading: 100, idle: 0 },
    Clients { name: "50 readers, 50 that never read", has_dashboard: true, reading: 50, idle: 50 },
];

pub fn measure() {
    println!("\nSTREAMS: ranges of {ROUNDS} interleaved rounds of {TIME:?}");
    for pace in [Some(EVENTS_PER_SECOND), None] {
        match pace {
            Some(events) => println!("{events} events a second"),
            None => println!("as many events as the source can publish"),
        }
        let columns = ["published", "processor", "received by one", "missed by it", "MB/s to all"];
        print!("  {:<31}", "");
        columns.iter().for_each(|column| print!(" {column:>16}"));
        println!();
        let mut rounds = CLIENTS.each_ref().map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for (clients, measured) in CLIENTS.iter().zip(&mut rounds) {
                measured.push(run(clients, pace));
            }
        }
        for (clients, measured) in CLIENTS.iter().zip(&rounds) {
            print!("  {:<31}", clients.name);
            let range = |value: fn(&Round) -> f64, unit: &str| {
                let mut values: Vec<_> = measured.iter().map(value).collect();
                values.sort_by(f64::total_cmp);
                print!(" {:>16}", format!("{:.0}–{:.0}{unit}", values[0], values[ROUNDS - 1]));
            };
            range(|round| round.published, "/s");
            range(|round| 100.0 * round.processor, " %");
            range(|round| round.received, "/s");
            range(|round| round.missed, "/s");
            range(|round| round.bytes / 1e6, "");
            println!();
        }
    }
}

/// Each for one second.
#[derive(Default)]
struct Round {
    published: f64,
    processor: f64,
    received: f64,
    missed: f64,
    bytes: f64,
}

fn run(clients: &Clients, pace: Option<u64>) -> Round {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let supervisor = match clients.has_dashboard {
            true => with_dashboard(Config::default()),
            false => Supervisor::new(Config::default(), Vec::new()),
        };
        let process = match clients.reading + clients.idle {
            0 => None,
            _ => Some(Process::start(&listen(&supervisor).await.to_string(), clients)),
        };
        let handle = supervisor.handle();
        let (started, before) = (Instant::now(), processor_time());
        // As a task: the future of `block_on` is woken through the operating system.
        let source = tokio::spawn(async move {
            let mut added = 0;
            while started.elapsed() < TIME {
                let due =
                    pace.map(|pace| started.elapsed().as_micros() as u64 * pace / EVENTS_OF_ONCE / 1_000_000);
                match due {
                    Some(due) if due <= added => tokio::time::sleep(Duration::from_millis(1)).await,
                    _ => {
                        let task = handle.add_task(once(format!("task-{added}"))).expect("the name is free");
                        assert!(task.outcome().await.is_completed());
                        added += 1;
                    }
                }
            }
            added
        });
        let added = source.await.expect("no panic");
        let seconds = started.elapsed().as_secs_f64();
        let processor = (processor_time() - before).as_secs_f64() / seconds;
        supervisor.shutdown().await.expect("no task is stuck");
        let [received, missed, bytes] = process.map_or([0.0; 3], Process::end).map(|number| number / seconds);
        Round { published: (added * EVENTS_OF_ONCE) as f64 / seconds, processor, received, missed, bytes }
    })
}

/// The processor time of all threads. Those of the runtime live longer than what is measured.
fn processor_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").expect("Linux");
    let nanos = threads.filter_map(|thread| {
        let times = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        times.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts the clients, and waits until all have connected.
    fn start(address: &str, clients: &Clients) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("it runs"))
            .args(["readers", address, &clients.reading.to_string(), &clients.idle.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let output = child.stdout.take().expect("it is piped");
        let mut process = Self { child, output: BufReader::new(output) };
        assert_eq!(process.line(), "open\n");
        process
    }

    /// Waits until all streams have ended, and returns what the clients have printed.
    fn end(mut self) -> [f64; 3] {
        let line = self.line();
        assert!(self.child.wait().expect("a child").success());
        let numbers: Vec<f64> =
            line.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        numbers.try_into().expect("three numbers")
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("text");
        line
    }
}
