//! `use taskvisor::*` brings hidden traits into scope. None of their functions is called in place of a method of the user.

use std::process::ExitCode;

use taskvisor::*;

struct Mail;

impl Mail {
    fn sent(&self) -> bool {
        true
    }

    fn checked(&self) -> bool {
        true
    }

    fn spec(&self) -> bool {
        true
    }
}

trait Cloned {
    fn cloned(&self) -> Self;
}

impl Cloned for String {
    fn cloned(&self) -> Self {
        self.clone()
    }
}

#[job(slot = "{address}")]
async fn send(address: String, mails: Vec<String>) -> usize {
    tokio::task::yield_now().await;
    mails.len() + address.len()
}

#[task(restart = "never")]
async fn submits(supervisor: SupervisorHandle) {
    assert!(Mail.sent() && Mail.checked() && Mail.spec());
    let job = send { address: "a".to_owned().cloned(), mails: vec![String::new()] };
    assert_eq!(supervisor.submit(job).expect("accepted").await.expect("a value"), 2);
    supervisor.stop();
}

#[taskvisor::main]
async fn start() {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    start()
}
