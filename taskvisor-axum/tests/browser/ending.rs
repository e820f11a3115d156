//! The browser ends with the test.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::session::Browser;
use crate::shared::{in_browser, programs};

#[test]
fn the_browser_shows_a_page_and_its_console() {
    in_browser(async |browser| {
        browser
            .open("data:text/html,<title>t</title><h1>hello</h1><script>console.warn('careful')</script>")
            .await;
        browser.wait_for_text("h1", "hello").await;
        let console = browser.console().await;
        assert!(
            console.iter().any(|line| line.contains("WARNING") && line.contains("careful")),
            "{console:?}"
        );
        assert_eq!(browser.console().await, [""; 0], "each message is read once");
        assert!(browser.requests().await.iter().any(|url| url.starts_with("data:")));
    });
}

#[test]
fn a_panic_ends_the_driver_and_the_browser() {
    let Some(programs) = programs() else { return };
    let mut folder = PathBuf::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let runtime = Runtime::new().expect("a runtime can be built");
        runtime.block_on(async {
            let browser = Browser::start(&programs).await;
            folder = browser.folder().to_owned();
            assert!(!processes_of(&folder).is_empty(), "the browser runs");
            panic!("as a failed test");
        });
    }));
    let panic = panicked.expect_err("it panics");
    assert_eq!(panic.downcast_ref(), Some(&"as a failed test"));
    assert!(!folder.exists(), "the files are removed: {}", folder.display());
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let left = processes_of(&folder);
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "processes are left: {left:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The processes that have this folder in their arguments or in their environment: all that the driver has started. A process that has
/// ended, and whose parent does not read its exit code, has neither.
#[cfg(target_os = "linux")]
fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().expect("it is written by the test");
    let processes = fs::read_dir("/proc").expect("it is mounted").flatten().map(|entry| entry.path());
    let arguments = processes.filter_map(|process| {
        let read = |file: &str| fs::read(process.join(file)).unwrap_or_default();
        let text = [read("cmdline"), read("environ")].concat();
        let text = String::from_utf8_lossy(&text).replace('\0', " ");
        text.contains(folder).then(|| format!("{}: {text}", process.display()))
    });
    arguments.collect()
}

/// The processes that have this folder in their arguments.
#[cfg(not(target_os = "linux"))]
fn processes_of(folder: &Path) -> Vec<String> {
    let listed =
        std::process::Command::new("ps").args(["-axo", "pid,args"]).output().expect("`ps` can be started");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let folder = folder.to_str().expect("it is written by the test");
    listed.lines().filter(|line| line.contains(folder)).map(str::to_owned).collect()
}
