//! Runs the program.

use std::process::{Command, Stdio};

/// What a run has left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with nothing from the environment that changes its behavior.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskvisor"));
    for variable in ["TASKVISOR_URL", "TASKVISOR_TOKEN", "NO_COLOR", "TERM"] {
        command.env_remove(variable);
    }
    // Of an environment with a proxy, which must not receive the requests.
    command.env("http_proxy", "http://127.0.0.1:1").env("HTTP_PROXY", "http://127.0.0.1:1");
    command.args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn finish(mut command: Command) -> Run {
    let output = command.output().expect("the program was built");
    Run {
        code: output.status.code().expect("the program was not killed"),
        stdout: String::from_utf8(output.stdout).expect("the output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("the errors are UTF-8"),
    }
}

pub(crate) fn run(url: &str, arguments: &[&str]) -> Run {
    finish(command(&[&["--url", url], arguments].concat()))
}

impl Run {
    /// Checks that the program succeeded, and returns its output.
    #[track_caller]
    pub(crate) fn expect_success(self) -> String {
        assert_eq!((self.code, &*self.stderr), (0, ""), "{self:?}");
        self.stdout
    }

    /// Checks the exit code, that nothing was printed, and that the error has these texts.
    #[track_caller]
    pub(crate) fn expect_failure(&self, code: i32, texts: &[&str]) {
        assert_eq!((self.code, &*self.stdout), (code, ""), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        for text in texts {
            assert!(self.stderr.contains(text), "`{text}` is missing: {}", self.stderr);
        }
    }
}
