//! The messages of an application to the socket of systemd.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use super::process::{Process, Stream};

/// The longest wait for a message.
const DEADLINE: Duration = Duration::from_secs(60);

/// The socket that systemd has.
struct Manager {
    address: String,
    messages: Receiver<(Instant, String)>,
    received: Vec<(Instant, String)>,
}

impl Manager {
    fn with_path(name: &str) -> Self {
        let path = env::temp_dir().join(format!("taskvisor-{name}-{}", process::id()));
        let _ = fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).expect("the path is free");
        Self::read(socket, path.into_os_string().into_string().expect("UTF-8"))
    }

    fn abstract_named(name: &str) -> Self {
        let name = format!("taskvisor-{name}-{}", process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("it is short");
        Self::read(UnixDatagram::bind_addr(&address).expect("the name is free"), format!("@{name}"))
    }

    /// Reads on a thread, so that each message has the time at which it came. The thread ends with the process of the tests.
    fn read(socket: UnixDatagram, address: String) -> Self {
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer) {
                let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
                if sender.send((Instant::now(), message)).is_err() {
                    return;
                }
            }
        });
        Self { address, messages, received: Vec::new() }
    }

    /// Starts the fixture with a watchdog of two seconds. The variables refer to its own process id as `$$`.
    fn start(&self, watchdog_pid: &str, arguments: &[&str]) -> Process {
        let variables =
            format!("NOTIFY_SOCKET={} WATCHDOG_USEC=2000000 WATCHDOG_PID={watchdog_pid}", self.address);
        Process::start_in_shell(&variables, "notified", arguments)
    }

    /// Waits for the next message for which `is_wanted` holds. Returns it, and when it came.
    fn wait_for(&mut self, is_wanted: impl Fn(&str) -> bool) -> (Instant, String) {
        let until = Instant::now() + DEADLINE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no such message came: {:#?}", self.received);
            if self.receive(left) {
                let (at, message) = self.received.last().expect("one came");
                if is_wanted(message) {
                    return (*at, message.clone());
                }
            }
        }
    }

    fn wait_for_text(&mut self, text: &str) -> Instant {
        self.wait_for(|message| message == text).0
    }

    /// Receives one more message. Returns false if none comes in time.
    fn receive(&mut self, time: Duration) -> bool {
        let message = self.messages.recv_timeout(time);
        self.received.extend(message.as_ref().ok().cloned());
        message.is_ok()
    }

    /// All messages, once the process has ended.
    fn end(mut self) -> Vec<(Instant, String)> {
        while self.receive(Duration::from_millis(100)) {}
        std::mem::take(&mut self.received)
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.address);
    }
}

/// The times at which `WATCHDOG=1` came.
fn fed(messages: &[(Instant, String)]) -> Vec<Instant> {
    messages.iter().filter(|(_, message)| message == "WATCHDOG=1").map(|(at, _)| *at).collect()
}

/// The messages without those of the watchdog and the texts.
fn states(messages: &[(Instant, String)]) -> Vec<&str> {
    let states = messages.iter().map(|(_, message)| message.as_str());
    states.filter(|message| !message.starts_with("WATCHDOG=") && !message.starts_with("STATUS=")).collect()
}

/// Runs the fixture from its start to its end, and checks all messages.
fn serve(mut manager: Manager) {
    let mut process = manager.start("$$", &["serves"]);
    let started = manager.wait_for_text("WATCHDOG=1");
    let ready = manager.wait_for_text("READY=1");
    assert!(ready - started > Duration::from_millis(200), "it is ready later than it starts");
    manager.wait_for_text("STATUS=2 running, 1 backing off: `poll`");
    for _ in 0..3 {
        manager.wait_for_text("WATCHDOG=1");
    }
    process.signal("TERM");
    let stopping = manager.wait_for_text("STOPPING=1");
    let (extended, extension) = manager.wait_for(|message| message.starts_with("EXTEND_TIMEOUT_USEC="));
    assert!(extended > stopping);
    assert_eq!(extension, "EXTEND_TIMEOUT_USEC=10000000");
    let (_, text) = manager.wait_for(|message| message.starts_with("STATUS=shutting down: "));
    assert!(text.contains("1 stopping: `serve`"), "{text}");
    process.wait_for(&["serve: stopped"]);
    process.end().expect_code(0);
    let messages = manager.end();
    assert_eq!(states(&messages)[..3], ["READY=1", "STOPPING=1", "EXTEND_TIMEOUT_USEC=10000000"]);
    // One more at the most, if the process takes longer than a second after the end of the last task.
    assert!(states(&messages).len() <= 4, "{messages:#?}");
    let fed = fed(&messages);
    for pair in fed.windows(2) {
        let between = pair[1] - pair[0];
        assert!(between > Duration::from_millis(500), "half of the two seconds: {between:?}");
        assert!(between < Duration::from_secs(2), "systemd would have killed it: {between:?}");
    }
    assert!(fed.last().is_some_and(|at| *at > stopping), "it is fed during the drain, too");
}

#[test]
fn systemd_receives_all_messages_by_a_path() {
    serve(Manager::with_path("path"));
}

#[test]
fn systemd_receives_all_messages_by_an_abstract_name() {
    serve(Manager::abstract_named("abstract"));
}

#[test]
fn a_stale_heartbeat_withholds_the_watchdog() {
    let mut manager = Manager::abstract_named("stalls");
    let mut process = manager.start("$$", &["stalls"]);
    manager.wait_for_text("READY=1");
    process.wait_for(&["serve: blocks"]);
    manager.wait_for(|message| message.contains("1 stalled: `serve`"));
    let blocked = Instant::now();
    // Three and a half seconds at most, of which the check of the heartbeat may take some.
    let again = manager.wait_for_text("WATCHDOG=1");
    assert!(again - blocked > Duration::from_secs(1), "it came after {:?}", again - blocked);
    process.wait_for(&["serve: goes on"]);
    process.signal("TERM");
    manager.wait_for_text("STOPPING=1");
    process.end().expect_code(0);
}

#[test]
fn another_process_of_the_service_does_not_feed_the_watchdog() {
    let mut manager = Manager::abstract_named("other");
    let process = manager.start("1", &["serves"]);
    manager.wait_for_text("READY=1");
    manager.wait_for(|message| message.starts_with("STATUS=2 running"));
    while manager.receive(Duration::from_secs(2)) {}
    process.signal("TERM");
    process.end().expect_code(0);
    let messages = manager.end();
    assert!(fed(&messages).is_empty(), "{messages:#?}");
    assert!(states(&messages).contains(&"STOPPING=1"), "{messages:#?}");
}

#[test]
fn without_the_variable_nothing_is_sent() {
    let mut manager = Manager::with_path("unset");
    // The watchdog alone starts nothing.
    let variables = "WATCHDOG_USEC=2000000 WATCHDOG_PID=$$";
    let process = Process::start_in_shell(variables, "notified", &["serves"]);
    assert!(!manager.receive(Duration::from_secs(3)), "{:?}", manager.received);
    process.signal("TERM");
    let ended = process.end();
    ended.expect_code(0);
    assert!(!ended.stderr.contains("systemd"), "{}", ended.stderr);
    assert!(!manager.receive(Duration::from_millis(100)), "{:?}", manager.received);
}

#[test]
fn an_address_that_is_no_socket_is_a_note() {
    let variables = "NOTIFY_SOCKET=vsock:2:1234";
    let mut process = Process::start_in_shell(variables, "notified", &["serves"]);
    process.wait_for_on(Stream::Stderr, &["note: ", "`NOTIFY_SOCKET`", "vsock:2:1234"]);
    // It runs.
    process.wait_for_on(Stream::Stderr, &["poll#", "failed"]);
    process.signal("TERM");
    process.end().expect_code(0);
}

#[test]
fn a_reload_ends_with_ready_also_after_a_bad_file() {
    let file = env::temp_dir().join(format!("taskvisor-notified-{}.toml", process::id()));
    let path = file.to_str().expect("UTF-8");
    fs::write(&file, "[defaults]\n").expect("it can be written");
    let mut manager = Manager::abstract_named("reload");
    let mut process = manager.start("$$", &["serves", path]);
    manager.wait_for_text("READY=1");
    for (text, line) in [("[defaults]\ntimeout = \"5m\"\n", "reloaded: "), ("[", "error: ")] {
        fs::write(&file, text).expect("it can be written");
        process.signal("HUP");
        let (_, message) = manager.wait_for(|message| message.starts_with("RELOADING=1\n"));
        let time = message.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").and_then(|time| time.parse().ok());
        let time: u64 = time.unwrap_or_else(|| panic!("{message:?}"));
        let uptime = fs::read_to_string("/proc/uptime").expect("Linux has it");
        let uptime: f64 = uptime.split(' ').next().and_then(|time| time.parse().ok()).expect("a number");
        let age = uptime - Duration::from_micros(time).as_secs_f64();
        assert!((-1.0..60.0).contains(&age), "it is the monotonic time, {age} s ago");
        manager.wait_for_text("READY=1");
        process.wait_for_on(Stream::Stderr, &[line]);
    }
    process.signal("TERM");
    manager.wait_for_text("STOPPING=1");
    process.end().expect_code(0);
    let _ = fs::remove_file(&file);
}
