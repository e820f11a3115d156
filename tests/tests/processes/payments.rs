//! The example of the payment service: what gives up, what is paused, what finishes, and what ends the process.

use super::lines::Lines;
use super::process::Process;

#[test]
fn the_payment_service_goes_down_in_order() {
    let ended = Process::start("payments", &[]).end();
    ended.expect_code(1);
    let errors: Vec<_> = ended.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(
        errors,
        ["error: the critical task `pay` failed after attempt 34, which has shut the application down: the bank does not \
          answer"]
            .map(|line| line.replace("34", &attempts(&ended.stderr))),
    );
    let lines = Lines::parse(&ended.stdout);

    // The feed of one customer gives up after its fourth failure, and waits for a person.
    lines.expect_order(&[
        "feed failed attempt=4",
        "ALERT feed gave_up failures=4 within=1m",
        "the operator sees: feed is paused after it gave up",
        "feed ended canceled by the shutdown",
    ]);
    let feed = lines.0.iter().filter(|(_, line)| line.starts_with("feed failed"));
    assert_eq!(feed.count(), 4, "{:#?}", lines.0);

    // The import that hangs cleans up within its `stop_timeout`, and succeeds again.
    lines.expect_order(&[
        "the import cleans up: stalled",
        "import stalled attempt=1 heartbeat=800ms",
        "import ended completed",
    ]);
    // What is not due snoozes, and is done in the end.
    lines.expect_order(&["settle snoozed attempt=1", "everything is settled", "settle ended completed"]);
    lines.expect_order(&[
        "the operator pauses the payments",
        "the operator resumes the payments: 0 were made meanwhile",
    ]);
    // The sixth failure ends the application, and a customer still receives what was begun.
    lines.expect_order(&[
        "the bank goes down",
        "ALERT pay gave_up failures=6 within=1m",
        "pay ended failed: the bank does not answer",
        "shutdown_requested",
        "receipt ended completed",
        "customer ended completed",
    ]);
    lines.expect_order(&["shutdown_requested", "the customer receives receipt 7"]);
}

/// The number of the last attempt, which depends on the speed of the machine.
fn attempts(stderr: &str) -> String {
    let (_, rest) = stderr.split_once("after attempt ").expect("the number of the attempt");
    rest.chars().take_while(char::is_ascii_digit).collect()
}
