//! Starts `chromedriver`, and ends it with every process that it has started.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

/// How long the driver may take to listen.
const START: Duration = Duration::from_secs(60);

/// Waits until its standard input closes, which happens when [`Driver`] is dropped, and also when this process ends in any other way:
/// a static is never dropped, and a killed process drops nothing. Then ends the group of the driver, `$1`, and removes the folder `$2`.
/// The dying processes may still write to the folder, so that it takes some tries.
const GUARD: &str = r#"
cat > /dev/null
kill -s KILL -- "-$1" 2> /dev/null
tries=0
until rm -rf -- "$2" 2> /dev/null || [ "$tries" -ge 50 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
"#;

/// The programs that the tests need.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    driver: PathBuf,
    pub(crate) browser: PathBuf,
}

impl Programs {
    /// Finds the programs.
    ///
    /// # Errors
    ///
    /// If one is not installed: its name.
    pub(crate) fn find() -> Result<Self, String> {
        let path = env::var_os("PATH").unwrap_or_default();
        let driver = find(&path, &["chromedriver"])?;
        let browser = find(&path, &["chromium", "chromium-browser", "google-chrome"])?;
        Ok(Self { driver, browser })
    }
}

fn find(path: &OsStr, names: &[&str]) -> Result<PathBuf, String> {
    let mut places =
        names.iter().flat_map(|name| env::split_paths(path).map(move |folder| folder.join(name)));
    places.find(|place| place.is_file()).ok_or_else(|| names[0].to_owned())
}

/// A running `chromedriver`. Dropping it ends it and the browsers that it has started, and removes their files.
#[derive(Debug)]
pub(crate) struct Driver {
    port: u16,
    folder: PathBuf,
    process: Child,
    guard: Child,
    output: Arc<Mutex<String>>,
}

impl Driver {
    /// Starts the driver on a free port.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub(crate) fn start(programs: &Programs) -> Self {
        let folder = create_folder();
        let mut process = Command::new(&programs.driver)
            .arg("--port=0")
            // The browser writes its sockets, settings and caches here, and not to the home of the user.
            .env("TMPDIR", &folder)
            .env("XDG_CONFIG_HOME", &folder)
            .env("XDG_CACHE_HOME", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("`chromedriver` can be started");
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .args([OsStr::new(&process.id().to_string()), folder.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own, so that Ctrl-C does not end it before its work is done.
            .process_group(0)
            .spawn()
            .expect("`sh` can be started");

        let output = Arc::new(Mutex::new(String::new()));
        let (port, listens) = channel();
        let stdout = process.stdout.take().expect("it is piped");
        let stderr = process.stderr.take().expect("it is piped");
        keep(stdout, Arc::clone(&output), Some(port));
        keep(stderr, Arc::clone(&output), None);

        // Complete before the first panic, so that it is dropped then.
        let mut driver = Self { port: 0, folder, process, guard, output };
        driver.port = listens
            .recv_timeout(START)
            .unwrap_or_else(|_| panic!("`chromedriver` does not listen: {}", driver.output()));
        driver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A folder for the files of browsers, which is removed with the driver.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the driver and the browsers have written.
    pub(crate) fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
        // The guard has killed it. This also removes its entry of the process table.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Creates a folder with a name that no other process has used.
fn create_folder() -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let now =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later than 1970").as_millis();
    // Short, because the path of a socket has at most 107 bytes.
    let folder = env::temp_dir().join(format!("taskvisor-{}-{now}-{number}", id()));
    fs::create_dir(&folder).expect("the folder of temporary files can be written");
    folder
}

/// Reads all output, so that the writer never blocks, and sends the port once it is printed.
fn keep(from: impl Read + Send + 'static, output: Arc<Mutex<String>>, mut port: Option<Sender<u16>>) {
    let read = move || {
        for line in BufReader::new(from).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line);
            if let Some(number) = printed_port(&line) {
                if let Some(port) = port.take() {
                    let _ = port.send(number);
                }
            }
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.push_str(&line);
            output.push('\n');
        }
    };
    thread::Builder::new()
        .name("chromedriver output".to_owned())
        .spawn(read)
        .expect("a thread can be started");
}

/// The port in the line `ChromeDriver was started successfully on port 45983.`
fn printed_port(line: &str) -> Option<u16> {
    line.split_once("started successfully on port ")?.1.trim_end().trim_end_matches('.').parse().ok()
}
