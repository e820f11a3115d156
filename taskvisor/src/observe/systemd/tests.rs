//! The messages that a socket receives. The tests of the reporter run on a paused clock.

use std::ffi::OsString;
use std::future::pending;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::notifier::Notifier;
use super::reporter::Reporter;
use super::socket::Socket;
use crate::error::TaskError;
use crate::policy::{BackoffPolicy, Config, Readiness};
use crate::runtime::body::{Ready, TaskContext, TaskFn, TaskSpec};
use crate::supervisor::Supervisor;

const SECOND: Duration = Duration::from_secs(1);

/// The socket that systemd has.
struct Receiver {
    socket: UnixDatagram,
    address: OsString,
}

impl Receiver {
    fn bind() -> Self {
        static BOUND: AtomicU32 = AtomicU32::new(0);
        let number = BOUND.fetch_add(1, Ordering::Relaxed);
        Self::bind_to(&format!("taskvisor-{}-{number}", process::id()))
    }

    fn bind_to(name: &str) -> Self {
        let address = SocketAddr::from_abstract_name(name).expect("it is short");
        let socket = UnixDatagram::bind_addr(&address).expect("the name is free");
        socket.set_nonblocking(true).expect("a socket can be non-blocking");
        Self { socket, address: format!("@{name}").into() }
    }

    fn notifier(&self) -> Arc<Notifier> {
        Notifier::to(Socket::open(&self.address).expect("the address is valid"))
    }

    /// The messages since the last call, each datagram in one text.
    fn received(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let mut received = Vec::new();
        while let Ok(length) = self.socket.recv(&mut buffer) {
            received.push(String::from_utf8(buffer[..length].to_vec()).expect("messages are UTF-8"));
        }
        received
    }

    /// As `received`, without the texts.
    fn received_states(&self) -> Vec<String> {
        let mut received = self.received();
        received.retain(|message| !message.starts_with("STATUS="));
        received
    }
}

fn report(receiver: &Receiver, supervisor: &Supervisor) -> JoinHandle<()> {
    let mut reporter = Reporter::new(receiver.notifier(), supervisor.handle());
    tokio::spawn(async move { reporter.report().await })
}

/// A task that stops at its stop request, `time` later.
fn slow(name: &'static str, time: Duration) -> TaskSpec {
    TaskSpec::once(TaskFn::arc(name, move |ctx: TaskContext| async move {
        ctx.cancelled().await;
        sleep(time).await;
        Ok(())
    }))
}

fn quick(name: &'static str) -> TaskSpec {
    slow(name, Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn ready_is_sent_once_the_start_up_set_is_ready() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    report(&receiver, &supervisor);
    let task = TaskFn::arc("feed", |ctx: TaskContext, ready: Ready| async move {
        sleep(SECOND * 5 / 2).await;
        ready.notify();
        ctx.cancelled().await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(task)).expect("it is added");
    sleep(SECOND * 9 / 4).await;
    assert_eq!(receiver.received(), ["STATUS=starting: 1 running"]);
    sleep(SECOND / 2).await;
    assert_eq!(receiver.received(), ["READY=1"]);
    // A second after the last text.
    sleep(SECOND / 2).await;
    assert_eq!(receiver.received(), ["STATUS=1 running"]);
}

#[tokio::test(start_paused = true)]
async fn without_a_start_up_set_it_is_ready_once_it_runs() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    report(&receiver, &supervisor);
    sleep(SECOND * 3 / 2).await;
    assert_eq!(receiver.received(), ["STATUS=starting: no tasks"]);
    supervisor.add_task(quick("feed")).expect("it is added");
    sleep(SECOND * 3 / 2).await;
    assert_eq!(receiver.received(), ["READY=1", "STATUS=1 running"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_is_ready_once_the_task_is_replaced() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    report(&receiver, &supervisor);
    let fails = TaskFn::arc("feed", |_: Ready| async { Err(TaskError::fatal("no such host")) });
    supervisor.add_task(TaskSpec::once(fails)).expect("it is added");
    sleep(SECOND * 5 / 2).await;
    assert_eq!(receiver.received(), ["STATUS=starting: 1 gave up: `feed`"]);
    supervisor.add_task(quick("feed").with_ready(Readiness::Start)).expect("it is added");
    sleep(SECOND * 3 / 2).await;
    assert_eq!(receiver.received(), ["READY=1", "STATUS=1 running"]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_during_the_start_sends_no_ready() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    let reports = report(&receiver, &supervisor);
    let never = TaskFn::arc("feed", |ctx: TaskContext, _ready: Ready| async move {
        ctx.cancelled().await;
        Ok(())
    });
    supervisor.add_task(TaskSpec::once(never)).expect("it is added");
    sleep(SECOND / 2).await;
    supervisor.stop();
    reports.await.expect("it ends with the shutdown");
    assert_eq!(receiver.received_states(), ["STOPPING=1"]);
}

#[tokio::test(start_paused = true)]
async fn the_text_is_sent_at_most_once_a_second_if_it_changed() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    report(&receiver, &supervisor);
    supervisor.add_task(quick("feed")).expect("it is added");
    let fails = TaskFn::arc("poll\n", || async { Err(TaskError::fail("no such host")) });
    let backoff = BackoffPolicy::constant(SECOND * 10);
    supervisor.add_task(TaskSpec::on_failure(fails).with_backoff(backoff)).expect("it is added");
    sleep(SECOND / 2).await;
    let expected = ["READY=1", "STATUS=1 running, 1 backing off: `poll\\n`"];
    assert_eq!(receiver.received(), expected);
    for name in ["a", "b", "c", "d", "e"] {
        supervisor.add_task(quick(name)).expect("it is added");
        sleep(SECOND / 4).await;
    }
    let expected = ["STATUS=4 running, 1 backing off: `poll\\n`"];
    assert_eq!(receiver.received(), expected);
    sleep(SECOND * 5).await;
    let expected = ["STATUS=6 running, 1 backing off: `poll\\n`"];
    assert_eq!(receiver.received(), expected);
}

#[tokio::test(start_paused = true)]
async fn stopping_is_sent_before_the_shutdown_delay() {
    let receiver = Receiver::bind();
    let supervisor = Supervisor::new(Config::default().with_shutdown_delay(SECOND * 5), Vec::new());
    let reports = report(&receiver, &supervisor);
    supervisor.add_task(quick("feed")).expect("it is added");
    sleep(SECOND / 2).await;
    assert_eq!(receiver.received_states(), ["READY=1"]);
    supervisor.stop();
    sleep(SECOND / 2).await;
    assert_eq!(receiver.received_states(), ["STOPPING=1"]);
    reports.await.expect("it ends with the shutdown");
    assert_eq!(receiver.received_states(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_last_task_sends_stopping() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    let reports = report(&receiver, &supervisor);
    let hello = TaskSpec::once(TaskFn::arc("hello", || async { Ok(()) }));
    supervisor.run(vec![hello]).await.expect("it completes");
    reports.await.expect("it ends with the shutdown");
    assert_eq!(receiver.received_states().last().map(String::as_str), Some("STOPPING=1"));
}

#[tokio::test(start_paused = true)]
async fn reports_end_with_a_supervisor_that_is_dropped() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    let reports = report(&receiver, &supervisor);
    tokio::task::yield_now().await;
    drop(supervisor);
    reports.await.expect("it ends");
    assert_eq!(receiver.received_states(), ["STOPPING=1"]);
}

#[tokio::test(start_paused = true)]
async fn the_watchdog_is_fed_until_the_shutdown_is_over() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    let mut reporter = Reporter::new(receiver.notifier(), supervisor.handle()).with_watchdog(SECOND);
    let reports = tokio::spawn(async move { reporter.report().await });
    supervisor.add_task(slow("feed", SECOND * 3)).expect("it is added");
    sleep(SECOND * 5 / 2).await;
    assert_eq!(receiver.received_states(), ["WATCHDOG=1", "READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    supervisor.stop();
    reports.await.expect("it ends with the shutdown");
    assert_eq!(receiver.received_states(), ["STOPPING=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_heartbeat_of_a_running_attempt_withholds_it() {
    let (receiver, supervisor) = (Receiver::bind(), Supervisor::default());
    let mut reporter = Reporter::new(receiver.notifier(), supervisor.handle()).with_watchdog(SECOND);
    tokio::spawn(async move { reporter.report().await });
    // It is interrupted after 3 s, and dropped after 7 s.
    let hangs = TaskFn::arc("feed", pending::<Result<(), TaskError>>);
    let spec = TaskSpec::on_failure(hangs).with_heartbeat(SECOND * 5 / 2).with_stop_timeout(SECOND * 4);
    let backoff = BackoffPolicy::constant(SECOND * 60);
    supervisor.add_task(spec.with_backoff(backoff)).expect("it is added");
    sleep(SECOND * 9 / 4).await;
    assert_eq!(receiver.received_states(), ["WATCHDOG=1", "READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    sleep(SECOND * 4).await;
    assert_eq!(receiver.received(), ["STATUS=1 stalled: `feed`"]);
    // The supervisor has handled it.
    sleep(SECOND).await;
    let expected = ["WATCHDOG=1", "STATUS=1 backing off: `feed`"];
    assert_eq!(receiver.received(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_drain_that_makes_progress_asks_for_more_time() {
    let (receiver, config) = (Receiver::bind(), Config::default().with_grace(SECOND * 14));
    let supervisor = Supervisor::new(config.with_drain_timeout(SECOND), Vec::new());
    let reports = report(&receiver, &supervisor);
    for (name, time) in [("a", 5), ("b", 5), ("c", 9), ("d", 60)] {
        supervisor.add_task(slow(name, SECOND * time / 2)).expect("it is added");
    }
    sleep(SECOND * 3 / 2).await;
    assert_eq!(receiver.received_states(), ["READY=1"]);
    supervisor.stop();
    reports.await.expect("it ends with the shutdown");
    // The shutdown takes 15.7 s at most. The first message is sent 3 s after the request, and the second one 2 s later. The task that
    // makes no progress is dropped at the end of the grace, 0.7 s before the third one would be sent.
    let expected = ["STOPPING=1", "EXTEND_TIMEOUT_USEC=10000000", "EXTEND_TIMEOUT_USEC=10000000"];
    assert_eq!(receiver.received_states(), expected);
}

#[test]
fn a_reload_ends_with_ready_once_the_last_one_ends() {
    let receiver = Receiver::bind();
    let notifier = receiver.notifier();
    assert!(notifier.reloading().is_none(), "it would end the start");
    assert!(notifier.ready());
    let (first, second) = (notifier.reloading(), notifier.reloading());
    drop(first);
    let received = receiver.received();
    assert_eq!(received.len(), 3, "{received:?}");
    for message in &received[1..] {
        let time = message.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").map(str::parse::<u64>);
        assert!(matches!(time, Some(Ok(1..))), "{message:?}");
    }
    drop(second);
    assert_eq!(receiver.received(), ["READY=1"]);
    let third = notifier.reloading();
    notifier.stopping();
    drop(third);
    assert!(notifier.reloading().is_none());
    assert_eq!(receiver.received().last().map(String::as_str), Some("STOPPING=1"));
}

#[test]
fn a_full_socket_blocks_no_call_and_loses_no_state() {
    let receiver = Receiver::bind();
    let notifier = receiver.notifier();
    while notifier.send("WATCHDOG=1") {}
    notifier.ready();
    notifier.stopping();
    receiver.received();
    assert!(notifier.send("WATCHDOG=1"));
    assert_eq!(receiver.received(), ["READY=1", "STOPPING=1", "WATCHDOG=1"]);
}

#[test]
fn a_socket_that_vanished_receives_the_state_once_it_is_back() {
    let receiver = Receiver::bind();
    let (notifier, name) = (receiver.notifier(), receiver.address.to_string_lossy()[1..].to_owned());
    drop(receiver);
    notifier.ready();
    assert!(!notifier.send("WATCHDOG=1"));
    let receiver = Receiver::bind_to(&name);
    notifier.send_again();
    assert_eq!(receiver.received(), ["READY=1"]);
}

#[test]
fn an_address_that_is_no_unix_socket_is_refused() {
    for address in ["notify", "vsock:2:1234", " /run/notify"] {
        let error = Socket::open(address.as_ref()).err().expect("it is refused").to_string();
        assert!(error.contains("expected an absolute path, or `@` and a name"), "{error}");
    }
    for address in [format!("@{}", "a".repeat(200)), format!("/{}", "a".repeat(200))] {
        assert!(Socket::open(address.as_ref()).is_err());
    }
}
