//! Faults that the operating system causes: it kills or stops the process, closes its pipes, or denies it more files.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::ingest::Inbox;
use super::process::{Process, Stream};

/// Far less than the graces and timeouts that the application must skip.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn after_sigkill_a_new_process_finishes_the_rest_exactly_once() {
    let inbox = Inbox::new("killed");
    inbox.make_pipe("slow-2026-11-01.csv");
    inbox.write_order("slow-2026-11-02.csv", 2);
    (1..=9).for_each(|day| inbox.write_order(&format!("swift-2026-11-0{day}.csv"), day));
    let mut process = inbox.start(&[]);
    process.wait_for(&["swift-2026-11-01.csv: orders 1"]);
    process.signal("KILL");
    assert_eq!(process.end().code, None, "a signal has ended it");

    fs::remove_file(inbox.0.join("slow-2026-11-01.csv")).expect("the pipe is still there");
    inbox.write_order("slow-2026-11-01.csv", 1);
    let ended = inbox.start(&["--once"]).end();
    ended.expect_code(0);
    assert_eq!(ended.stderr, "");
    assert_eq!(inbox.files(""), Vec::<String>::new());
    let swift = (1..=9).map(|day| format!("swift-2026-11-0{day}.csv"));
    let slow = (1..=2).map(|day| format!("slow-2026-11-0{day}.csv"));
    assert_eq!(inbox.files("done"), slow.chain(swift).collect::<Vec<_>>());
}

#[test]
fn a_suspended_process_counts_one_timeout_and_skips_the_rest() {
    const PAUSE: Duration = Duration::from_secs(4);
    let began = Instant::now();
    let mut process = Process::start("suspended", &[]);
    process.wait_for(&["attempt 1"]);
    process.signal("STOP");
    sleep(PAUSE);
    process.signal("CONT");
    process.wait_for(&["attempt 5"]);
    process.signal("TERM");
    let ended = process.end();
    let ran = began.elapsed() - PAUSE;
    ended.expect_code(0);
    assert_eq!(ended.stdout.matches("timed_out").count(), 1, "{}", ended.stdout);
    ended.expect_stdout("work#1 timed_out attempt=1 timeout=2s");
    // One tick at the start, one for each second of running, and one that was due when the process continued.
    let ticks = ended.stdout.matches("tick\n").count() as u64;
    assert!(ticks <= ran.as_secs() + 2, "{ticks} ticks in {ran:?}\n{}", ended.stdout);
}

#[test]
fn a_signal_to_a_stopped_process_takes_effect_when_it_continues() {
    let mut process = Process::start("suspended", &[]);
    process.wait_for(&["attempt 1"]);
    process.signal("STOP");
    process.signal("TERM");
    sleep(Duration::from_millis(500));
    process.signal("CONT");
    let ended = process.end();
    ended.expect_code(0);
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_second_signal_of_another_kind_also_skips_the_grace() {
    let mut process = Process::start("stubborn_task", &["patient"]);
    process.wait_for(&["staying"]);
    process.signal("TERM");
    process.wait_for(&["stop requested"]);
    let requested = Instant::now();
    process.signal("INT");
    let ended = process.end();
    assert!(requested.elapsed() < SOON, "it took {:?}", requested.elapsed());
    ended.expect_code(124);
}

#[test]
fn a_log_without_a_reader_stops_no_task() {
    let mut process = Process::start("logged", &[]);
    process.wait_for(&["work#1 succeeded attempt=3"]);
    process.close(Stream::Stdout);
    for _ in 0..50 {
        process.wait_for_on(Stream::Stderr, &["worked"]);
    }
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(0);
    assert!(ended.stderr.lines().all(|line| line.starts_with("worked")), "{}", ended.stderr);
    assert!(!ended.stdout.contains("stopped"), "stdout was closed: {}", ended.stdout);
}

#[test]
fn a_stderr_without_a_reader_stops_no_task() {
    let mut process = Process::start("logged", &["fail"]);
    process.wait_for_on(Stream::Stderr, &["work#1 failed attempt=3"]);
    process.close(Stream::Stderr);
    process.wait_for(&["tried 50 times more"]);
    process.signal("TERM");
    process.end().expect_code(0);
}

#[test]
fn a_body_that_prints_to_a_closed_stdout_fails_and_is_retried() {
    let mut process = Process::start("supervisor", &[]);
    process.wait_for(&["[ping] pong"]);
    process.close(Stream::Stdout);
    for _ in 0..3 {
        process.wait_for_on(Stream::Stderr, &["failed printing to stdout"]);
    }
    process.signal("TERM");
    process.end().expect_code(0);
}

/// Enough for the runtime and the signals, and few enough for the task to exhaust.
const FILES: u32 = 32;

#[test]
fn a_probe_without_a_descriptor_fails_and_later_recovers() {
    let mut process = Process::start_with_files(FILES, "descriptors", &[]);
    process.wait_for(&["given back"]);
    process.wait_for(&["reached"]);
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(0);
    let is_failure =
        |line: &str| line.starts_with("probe#1 failed attempt=") && line.contains("Too many open files");
    assert!(ended.stderr.lines().all(is_failure), "{}", ended.stderr);
    assert!(ended.stderr.lines().count() >= 3, "{}", ended.stderr);
}

#[test]
fn a_process_out_of_descriptors_still_shuts_down_in_order() {
    let mut process = Process::start_with_files(FILES, "descriptors", &["keep"]);
    process.wait_for_on(Stream::Stderr, &["probe#1 failed", "Too many open files"]);
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(0);
    ended.expect_stdout("given back");
    assert!(ended.stderr.lines().all(|line| line.starts_with("probe#1 failed ")), "{}", ended.stderr);
}

#[test]
fn a_start_without_enough_descriptors_reports_an_error() {
    for files in 5..=16 {
        let ended = Process::start_with_files(files, "quickstart", &[]).end();
        if ended.code != Some(0) {
            ended.expect_code(1);
            let last = ended.stderr.lines().last().unwrap_or_default();
            assert!(last.starts_with("error: cannot "), "with {files} files: {}", ended.stderr);
        }
    }
}

#[test]
fn a_thousand_tasks_that_fail_at_once_retry_at_spread_times() {
    let mut process = Process::start("thousand", &[]);
    process.wait_for(&["all are back"]);
    process.signal("TERM");
    let requested = Instant::now();
    let ended = process.end();
    assert!(requested.elapsed() < SOON, "it took {:?}", requested.elapsed());
    ended.expect_code(0);
    // The application's subscriber selects other events than failures.
    let is_failure =
        |line: &str| line.contains(" failed attempt=1 ") && line.contains("the database is gone");
    assert!(ended.stderr.lines().all(is_failure), "{}", ended.stderr);
    let mut delays: Vec<u64> = ended
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("back after ")?.strip_suffix(" us")?.parse().ok())
        .collect();
    assert_eq!(delays.len(), 1000);
    // The default backoff: 100 ms, of which random jitter removes up to half.
    assert!(delays.iter().all(|delay| (50_000..=100_000).contains(delay)), "{delays:?}");
    delays.sort_unstable();
    let widths: Vec<_> = delays.chunks(100).map(|tenth| tenth[99] - tenth[0]).collect();
    assert!(
        widths.iter().all(|width| (1_000..10_000).contains(width)),
        "the retries come in bursts: {widths:?}"
    );
}

/// Without child processes, no zombie can remain.
#[cfg(target_os = "linux")]
#[test]
fn an_application_has_no_children() {
    let mut process = Process::start("stubborn_task", &[]);
    process.wait_for(&["staying"]);
    let id = process.id();
    assert_eq!(children(id), Vec::<String>::new());
    process.signal("INT");
    process.wait_for(&["stop requested"]);
    assert_eq!(children(id), Vec::<String>::new());
    process.end().expect_code(124);
    assert!(children(std::process::id()).iter().all(|child| !child.starts_with(&format!("{id} "))));
}

/// Returns the `/proc` entries of the children of a process: `42 (name) S 41 …` is a child of 41.
#[cfg(target_os = "linux")]
fn children(of: u32) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("Linux has it").filter_map(Result::ok);
    // A process that ends during the scan cannot be read.
    let stats = processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    stats.filter(|stat| parent(stat) == Some(of)).collect()
}

#[cfg(target_os = "linux")]
fn parent(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(1)?.parse().ok()
}
