//! A running program, of which every line is read as it is written. Nothing here waits without a deadline.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
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
    readers: Vec<Reader>,
    /// A stream that is not read, and not closed either.
    _unread: Option<ChildStderr>,
}

/// Reads one of the streams.
struct Reader {
    stream: Stream,
    /// Set to make it close its end of the pipe, after one more line.
    is_deaf: Arc<AtomicBool>,
    reading: JoinHandle<()>,
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
        Self::spawn(Command::new(program::path(name)).args(arguments))
    }

    /// Starts a program that may have this many files open.
    #[cfg(unix)]
    pub(crate) fn start_with_files(files: u32, name: &str, arguments: &[&str]) -> Self {
        let limited = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        Self::spawn(Command::new("sh").args(["-c", &limited]).arg(program::path(name)).args(arguments))
    }

    /// Starts a program whose stderr is a pipe that nothing reads.
    #[cfg(unix)]
    pub(crate) fn start_unread(name: &str, arguments: &[&str]) -> Self {
        Self::spawn_reading(Command::new(program::path(name)).args(arguments), false)
    }

    /// Starts a program with a limited number of processes and threads, as a user who has no other ones. Only root can.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_with_threads(threads: u32, name: &'static str, arguments: &[&str]) -> Self {
        // One for each start, of this test run and of others: the threads of all processes of a user are counted together.
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

    /// Waits for the next line on stdout that has all of these words in it, and returns it.
    pub(crate) fn wait_for(&mut self, words: &[&str]) -> String {
        self.wait_for_on(Stream::Stdout, words)
    }

    /// The same on one of the streams. Lines of both that came before it are passed over.
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

    /// Closes our end of a stream, once one more line has come, and passes over all lines until then.
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

    /// The number of the process.
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

    /// Starts a program as the first process of a namespace of its own. `None` if this user may not.
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

    /// Sends a signal to the processes that it has started.
    #[cfg(target_os = "linux")]
    pub(crate) fn signal_children(&self, name: &str) {
        let parent = self.child.id().to_string();
        let sent = Command::new("pkill").args(["--signal", name, "--parent", &parent]).status();
        assert!(sent.expect("`pkill` can be started").success(), "SIG{name} cannot be sent");
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
