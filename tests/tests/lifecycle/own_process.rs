//! Runs a test in a separate process, because a regression would abort the process.

use std::env;
use std::process::Command;

const MARK: &str = "TASKVISOR_TEST_APART";

/// Runs `body` as the test `name` in a separate process, and fails if that process fails.
pub(crate) fn in_a_process_of_its_own(name: &str, body: impl FnOnce()) {
    if env::var_os(MARK).is_some() {
        return body();
    }
    let program = env::current_exe().expect("the path of the test program");
    let output = Command::new(program).args(["--exact", name]).env(MARK, "yes").output();
    let output = output.expect("the test starts again");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} in a separate process: {}\n{stderr}", output.status);
    assert!(stdout.contains("1 passed"), "no test is named {name}");
}
