//! A running program, of which every line is read as it is written. Nothing here waits without a deadline.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::program;

/// By when anything that is waited for must have happened, however busy the machine is.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

pub(crate) struct Process {
    child: Child,
    lines: Receiver<(Stream, String)>,
    seen: Vec<(Stream, String)>,
    /// How many of `seen` were looked at by `wait_for`.
    passed: usize,
    started: Instant,
}

/// A program that has ended.
pub(crate) struct Ended {
    /// `None` if a signal has killed it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program::path(name))
            .args(arguments)
            .current_dir(program::workspace())
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        let (sender, lines) = channel();
        read(child.stdout.take(), Stream::Stdout, sender.clone());
        read(child.stderr.take(), Stream::Stderr, sender);
        Self { child, lines, seen: Vec::new(), passed: 0, started: Instant::now() }
    }

    /// Waits for the next line on stdout that has all of these words in it, and returns it.
    pub(crate) fn wait_for(&mut self, words: &[&str]) -> String {
        loop {
            while let Some((stream, line)) = self.seen.get(self.passed) {
                self.passed += 1;
                if *stream == Stream::Stdout && words.iter().all(|word| line.contains(word)) {
                    return line.clone();
                }
            }
            assert!(self.read_line(), "it ended before a line with {words:?} came{}", self.transcript());
        }
    }

    /// Sends a signal, such as `TERM`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &process]).status().expect("`kill` can be started");
        assert!(sent.success(), "SIG{name} cannot be sent");
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        // Both streams are closed when it ends, and only then.
        while self.read_line() {}
        let status = self.child.wait().expect("it can be waited for");
        let text = |wanted| {
            let lines = self.seen.iter().filter(|(stream, _)| *stream == wanted);
            lines.map(|(_, line)| format!("{line}\n")).collect()
        };
        Ended { code: status.code(), stdout: text(Stream::Stdout), stderr: text(Stream::Stderr) }
    }

    /// Reads one more line; says whether there was one.
    fn read_line(&mut self) -> bool {
        let left = DEADLINE.saturating_sub(self.started.elapsed());
        match self.lines.recv_timeout(left) {
            Ok(line) => {
                self.seen.push(line);
                true
            }
            Err(RecvTimeoutError::Disconnected) => false,
            Err(RecvTimeoutError::Timeout) => panic!("nothing more came for too long{}", self.transcript()),
        }
    }

    fn transcript(&self) -> String {
        self.seen.iter().map(|(stream, line)| format!("\n  {stream:?}: {line}")).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended, unless the test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Fails with everything there was to see unless `code` is the exit code.
    #[track_caller]
    pub(crate) fn expect_code(&self, code: i32) {
        let Self { stdout, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "\nstdout:\n{stdout}\nstderr:\n{stderr}");
    }

    #[track_caller]
    pub(crate) fn expect_stdout(&self, part: &str) {
        assert!(self.stdout.contains(part), "no `{part}` on stdout:\n{}", self.stdout);
    }

    #[track_caller]
    pub(crate) fn expect_stderr(&self, part: &str) {
        assert!(self.stderr.contains(part), "no `{part}` on stderr:\n{}", self.stderr);
    }
}

fn read(pipe: Option<impl Read + Send + 'static>, stream: Stream, lines: Sender<(Stream, String)>) {
    let pipe = pipe.expect("it is piped");
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if lines.send((stream, line)).is_err() {
                return;
            }
        }
    });
}
