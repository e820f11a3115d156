//! The example of the nightly task, on the real clock.

use super::process::Process;

#[test]
fn it_runs_at_each_second_of_the_wall_clock() {
    let ended = Process::start("nightly", &["--for", "3s"]).end();
    ended.expect_code(0);
    let closed = ended.stdout.lines().filter(|line| line.contains("closes the books of 20")).count();
    // The third attempt fails and is retried at once, so that no second is lost.
    assert!((2..=4).contains(&closed), "{}", ended.stdout);
    let dates: Vec<_> = ended.stdout.lines().filter(|line| line.starts_with("close_books#")).collect();
    assert!(dates.iter().any(|line| line.contains(" scheduled at=\"20")), "{}", ended.stdout);
}
