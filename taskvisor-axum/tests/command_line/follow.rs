//! `taskvisor events` and a real service.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use taskvisor_axum::answer::EventAnswer;

use crate::program::command;
use crate::service::{Service, TOKEN, endless};

/// How long a line may take to arrive on a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running program, which ends with this value.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(url: &str, arguments: &[&str]) -> Self {
        let mut command = command(&[&["events", "--url", url], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line that has a text.
    fn line_with(&self, text: &str) -> String {
        loop {
            let line = self
                .lines
                .recv_timeout(DEADLINE)
                .unwrap_or_else(|error| panic!("no line has `{text}`: {error}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Waits for the end. Returns the exit code and the errors.
    fn finish(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (code, errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_printed_as_they_happen() {
    let service = Service::start().await;
    let json = Running::start(&service.url, &["--after", "start"]);
    let text = Running::start(&service.url, &["--after", "start", "--table", "--task", "evil\u{1b}[31m"]);
    // Both are connected.
    json.line_with("\"ready\"");
    service.supervisor.add_task(endless("evil\u{1b}[31m")).unwrap();
    let added: EventAnswer = serde_json::from_str(&json.line_with("\"added\"")).unwrap();
    assert_eq!(added.task.as_deref(), Some("evil\u{1b}[31m"));
    let line = text.line_with("added");
    assert!(line.ends_with(r"Z  evil\u{1b}[31m  added"), "{line}");
    service.control(&["pause", "evil\u{1b}[31m"]).expect_success();
    let line = text.line_with("operated");
    assert!(line.contains("action=pause by=\"terminal\""), "{line}");
    assert!(json.line_with("\"operated\"").contains(r#""kind":"operated""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_continue_after_a_restart_of_the_service() {
    let first = Service::start().await;
    let url = first.url.clone();
    let address = url.trim_start_matches("http://").to_owned();
    let program =
        Running::start(&url, &["--reconnect-for", "60s", "--kind", "added", "--kind", "shutdown_requested"]);
    // It has connected once an event arrives: without `--after`, those before are not printed.
    let seen = (0..1_000).find_map(|number| {
        first.supervisor.add_task(endless(format!("old-{number}"))).unwrap();
        program.lines.recv_timeout(Duration::from_millis(60)).ok()
    });
    assert!(seen.as_ref().is_some_and(|line| line.contains("old-")), "{seen:?}");
    first.supervisor.shutdown().await.unwrap();
    program.line_with("shutdown_requested");
    let second = Service::start_with(Service::dashboard(), &address).await;
    second.supervisor.add_task(endless("new")).unwrap();
    // From the first event of the new run on.
    let events: Vec<Value> =
        ["dashboard", "new"].map(|task| serde_json::from_str(&program.line_with(task)).unwrap()).into();
    assert_eq!((&events[0]["kind"], &events[1]["task"]), (&"added".into(), &"new".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_end_with_0_after_a_shutdown() {
    let service = Service::start().await;
    let program =
        Running::start(&service.url, &["--after", "start", "--reconnect-for", "1500ms", "--token", TOKEN]);
    program.line_with("\"ready\"");
    service.supervisor.shutdown().await.unwrap();
    program.line_with("\"shutdown_requested\"");
    assert_eq!(program.finish(), (Some(0), format!("note: `{}` has shut down\n", service.url)));
}
