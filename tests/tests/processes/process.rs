//! A running program whose output is read line by line. Every wait has a deadline.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::program;

/// The longest wait for any event, even on a busy machine.
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
    /// The number of lines of `seen` that `wait_for` has examined.
    passed: usize,
    started: Instant,
    readers: Vec<Reader>,
    /// A stream that is not read, and not closed either.
    _unread: Option<ChildStderr>,
}

/// Reads one of the streams.
struct Reader {
    stream: Stream,
    /// If set, the reader closes its end of the pipe after one more line.
    is_deaf: Arc<AtomicBool>,
    reading: JoinHandle<()>,
}

/// A program that has ended.
pub(crate) struct Ended {
    /// `None` if a signal killed the program.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_with(name, arguments, &[])
    }

    /// Starts a program with these variables in its environment.
    pub(crate) fn start_with_variables(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::start_with(name, &[], variables)
    }

    /// Starts a program with these arguments, and these variables in its environment.
    pub(crate) fn start_with(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program::path(name));
        Self::spawn(command.args(arguments).envs(variables.iter().copied()))
    }

    /// Starts a program that may open this many files.
    #[cfg(unix)]
    pub(crate) fn start_with_files(files: u32, name: &str, arguments: &[&str]) -> Self {
        let limited = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        Self::spawn(Command::new("sh").args(["-c", &limited]).arg(program::path(name)).args(arguments))
    }

    /// Starts a program by a shell that it replaces, with these assignments of variables. In them, `$$` is the id of the process.
    #[cfg(all(feature = "config", feature = "systemd", target_os = "linux"))]
    pub(crate) fn start_in_shell(variables: &str, name: &str, arguments: &[&str]) -> Self {
        let command = format!("{variables} exec \"$0\" \"$@\"");
        Self::spawn(Command::new("sh").args(["-c", &command]).arg(program::path(name)).args(arguments))
    }

    /// Starts a program whose stderr is a pipe that nothing reads.
    #[cfg(unix)]
    pub(crate) fn start_unread(name: &str, arguments: &[&str]) -> Self {
        Self::spawn_reading(Command::new(program::path(name)).args(arguments), false)
    }

    /// Starts a program with a limited number of threads, under a user id without other processes. Needs root.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_with_threads(threads: u32, name: &'static str, arguments: &[&str]) -> Self {
        // Each start needs its own user id, because the system counts the threads of all processes of a user together.
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let user = (1_000_000 + std::process::id() * 16 + number % 16).to_string();
        let mut command = Command::new("prlimit");
        command.args([
            &format!("--nproc={threads}"),
            "setpriv",
            "--reuid",
            &user,
            "--regid",
            &user,
            "--clear-groups",
        ]);
        Self::spawn(command.arg(program::public_copy(name)).args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        Self::spawn_reading(command, true)
    }

    fn spawn_reading(command: &mut Command, reads_stderr: bool) -> Self {
        let mut child = command
            .current_dir(program::workspace())
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let (sender, lines) = channel();
        let mut readers = vec![Reader::start(child.stdout.take(), Stream::Stdout, sender.clone())];
        let mut unread = child.stderr.take();
        if reads_stderr {
            readers.push(Reader::start(unread.take(), Stream::Stderr, sender));
        }
        Self { child, lines, seen: Vec::new(), passed: 0, started: Instant::now(), readers, _unread: unread }
    }

    /// Waits for the next line on stdout that contains all of these words, and returns it.
    pub(crate) fn wait_for(&mut self, words: &[&str]) -> String {
        self.wait_for_on(Stream::Stdout, words)
    }

    /// Waits for lines with each of the words, in any order.
    pub(crate) fn wait_for_each(&mut self, words: &[&str]) {
        let mut missing = words.to_vec();
        while !missing.is_empty() {
            let line = self.wait_for(&[]);
            missing.retain(|word| !line.contains(word));
        }
    }

    /// Like `wait_for`, on one of the streams. Skips all earlier lines of both streams.
    pub(crate) fn wait_for_on(&mut self, wanted: Stream, words: &[&str]) -> String {
        loop {
            while let Some((stream, line)) = self.seen.get(self.passed) {
                self.passed += 1;
                if *stream == wanted && words.iter().all(|word| line.contains(word)) {
                    return line.clone();
                }
            }
            assert!(self.read_line(), "it ended before a line with {words:?} came{}", self.transcript());
        }
    }

    /// Closes the reading end of a stream after one more line. Skips all lines until then.
    #[cfg(unix)]
    pub(crate) fn close(&mut self, stream: Stream) {
        let reader = self.readers.iter().position(|reader| reader.stream == stream).expect("both are there");
        self.readers[reader].is_deaf.store(true, Ordering::SeqCst);
        while !self.readers[reader].reading.is_finished() {
            assert!(self.started.elapsed() < DEADLINE, "no line came any more{}", self.transcript());
            thread::sleep(Duration::from_millis(5));
        }
        self.seen.extend(self.lines.try_iter());
        self.passed = self.seen.len();
    }

    /// Returns the process id.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `TERM`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &process]).status().expect("`kill` can be started");
        assert!(sent.success(), "SIG{name} cannot be sent");
    }

    /// Starts a program as the first process of a new namespace. Returns `None` if the user lacks the permission.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_as_first(name: &str, arguments: &[&str]) -> Option<Self> {
        const NAMESPACE: [&str; 3] = ["--pid", "--fork", "--kill-child"];
        let allowed = Command::new("unshare").args(NAMESPACE).arg("true").stderr(Stdio::null()).status();
        if !allowed.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut command = Command::new("unshare");
        Some(Self::spawn(command.args(NAMESPACE).arg(program::path(name)).args(arguments)))
    }

    /// Sends a signal to the child processes of the program.
    #[cfg(target_os = "linux")]
    pub(crate) fn signal_children(&self, name: &str) {
        let parent = self.child.id().to_string();
        let sent = Command::new("pkill").args(["--signal", name, "--parent", &parent]).status();
        assert!(sent.expect("`pkill` can be started").success(), "SIG{name} cannot be sent");
    }

    /// Waits until the program ends, and returns its output and exit code.
    pub(crate) fn end(mut self) -> Ended {
        // Both streams close when the program ends, and only then.
        while self.read_line() {}
        let status = self.child.wait().expect("it can be waited for");
        let text = |wanted| {
            let lines = self.seen.iter().filter(|(stream, _)| *stream == wanted);
            lines.map(|(_, line)| format!("{line}\n")).collect()
        };
        Ended { code: status.code(), stdout: text(Stream::Stdout), stderr: text(Stream::Stderr) }
    }

    /// Reads one more line. Returns false if both streams are closed.
    fn read_line(&mut self) -> bool {
        let left = DEADLINE.saturating_sub(self.started.elapsed());
        // Otherwise a program that writes without end would be read without end.
        assert!(!left.is_zero(), "it did not come in time{}", self.transcript());
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
        // The program has already ended, unless the test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Panics with the whole output unless the exit code is `code`.
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

impl Reader {
    fn start(
        pipe: Option<impl Read + Send + 'static>,
        stream: Stream,
        lines: Sender<(Stream, String)>,
    ) -> Self {
        let pipe = pipe.expect("it is piped");
        let is_deaf = Arc::new(AtomicBool::new(false));
        let closes = Arc::clone(&is_deaf);
        let reading = thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if lines.send((stream, line)).is_err() || closes.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        Self { stream, is_deaf, reading }
    }
}
