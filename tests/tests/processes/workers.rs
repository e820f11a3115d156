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
    ended.expect_stdout("the fourth mail is waiting for its rate limit\n");
    // Surplus packers go home after the order that they pack.
    assert_eq!(ended.stdout.matches("goes home").count(), 8, "{}", ended.stdout);
    let mails: Vec<_> = ended.stdout.lines().filter(|line| line.contains("sends mail")).collect();
    let expected = ["1 after 0 s", "2 after 0 s", "3 after 0 s", "4 after 6 s"];
    assert_eq!(mails, expected.map(|mail| format!("  sends mail {mail}")), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}
