//! The example of limits and instances, on the real clock.

use super::process::Process;

#[test]
fn it_limits_exports_and_mails_and_scales_packers() {
    let ended = Process::start("workers", &[]).end();
    ended.expect_code(0);
    ended.expect_stdout("5 tenants, at most 2 exports at once\n");
    ended.expect_stdout("4 packers become 8\n");
    ended.expect_stdout("8 packers become 2\n");
    ended.expect_stdout("pack is running: 2 instances\n");
    ended.expect_stdout("the last mail is waiting for its rate limit\n");
    // Surplus packers go home after the order that they pack.
    assert_eq!(ended.stdout.matches("goes home").count(), 8, "{}", ended.stdout);
    // In any order: each of them begins on a thread of its own.
    let sent =
        ended.stdout.lines().filter_map(|line| line.strip_prefix("  sends mail ")?.split_once(" after "));
    let seconds: Vec<u64> = sent.filter_map(|(_, after)| after.strip_suffix(" s")?.parse().ok()).collect();
    assert!(
        matches!(seconds[..], [first, _, third, last] if third < first + 3 && last >= first + 5),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.stderr, "");
}
