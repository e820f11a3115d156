//! The example `ingest`, run on files that these tests write.

use std::fs;
use std::path::{Path, PathBuf};

use super::process::{Ended, Process};

const HEADER: &str = "customer,order,product,quantity,price\n";

/// A folder in which files arrive. Each test has its own.
pub(crate) struct Inbox(pub(crate) PathBuf);

impl Inbox {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ingest-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("cargo's own folder can be written to");
        Self(path)
    }

    fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        // The rename is atomic, so a file is complete as soon as it has its final name.
        let part = self.0.join("part");
        fs::write(&part, content).expect("the folder is ours");
        fs::rename(&part, self.0.join(file)).expect("the folder is ours");
    }

    /// Writes a file with one order.
    pub(crate) fn write_order(&self, file: &str, quantity: u32) {
        let (customer, _) = file.split_once("-2026").expect("the name has a date");
        self.write(file, format!("{HEADER}{customer},1,anvil,{quantity},2.50\n"));
    }

    /// Returns the names of the files in the inbox, or in one of its folders.
    pub(crate) fn files(&self, inner: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(inner)).expect("the folder is there");
        let entries = entries.map(|entry| entry.expect("it can be listed"));
        let files = entries.filter(|entry| !entry.path().is_dir());
        let mut names: Vec<_> = files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    }

    pub(crate) fn start(&self, options: &[&str]) -> Process {
        let folder = self.0.to_string_lossy();
        Process::start("ingest", &[&[&*folder], options].concat())
    }

    fn ingest_once(&self) -> Ended {
        self.start(&["--once"]).end()
    }
}

impl Ended {
    /// Returns each reported file with its result, in the order of the output.
    fn reported(&self) -> Vec<(&str, &str)> {
        let lines = self.stdout.lines().take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.split_once(": ")).collect()
    }

    /// Returns the rows of the summary, split into words.
    fn summary(&self) -> Vec<Vec<&str>> {
        let table = self.stdout.split("\n\n").nth(1).expect("a table comes last");
        table.lines().map(|line| line.split_whitespace().collect()).collect()
    }
}

#[test]
fn a_good_file_goes_to_done_and_a_malformed_one_to_rejected() {
    let inbox = Inbox::new("verdicts");
    let orders = "acme,7,anvil,2,149.00\nacme,8,\"rope, 10 m\",3,8.95\n";
    inbox.write("acme-2026-11-01.csv", format!("{HEADER}{orders}"));
    inbox.write("acme-2026-11-02.csv", format!("{HEADER}{orders}acme,9,bird seed,two,4.50\n"));
    inbox.write_order("acme-2026-11-03.csv", 10);
    inbox.write_order("north-wind-2026-11-01.csv", 4);
    inbox.write("orders.csv", HEADER);
    inbox.write("readme.txt", "not an order");
    let ended = inbox.ingest_once();
    ended.expect_code(0);
    // The subscriber of the example prints failed attempts, and not the end of the task.
    assert!(
        ended.stderr.lines().all(|line| line.contains(" ended failed: fatal: line ")),
        "{}",
        ended.stderr
    );
    let done = ["acme-2026-11-01.csv", "acme-2026-11-03.csv", "north-wind-2026-11-01.csv"];
    assert_eq!(inbox.files("done"), done);
    assert_eq!(inbox.files("rejected"), ["acme-2026-11-02.csv", "orders.csv"]);
    assert_eq!(inbox.files(""), ["readme.txt"]);
    let malformed = "rejected: line 4, column 4 (quantity): expected a whole number above 0, found `two`";
    let reported: Vec<_> =
        ended.reported().into_iter().filter(|(file, _)| file.starts_with("acme")).collect();
    let expected = [
        ("acme-2026-11-01.csv", "orders 2, pieces 5, amount 324.85"),
        ("acme-2026-11-02.csv", malformed),
        ("acme-2026-11-03.csv", "orders 1, pieces 10, amount 25.00"),
    ];
    assert_eq!(reported, expected);
    ended.expect_stdout("orders.csv: rejected: expected a name such as `acme-2026-11-01.csv`");
    let summary = [
        &["customer", "done", "rejected", "left", "orders", "pieces", "amount"],
        &["?", "0", "1", "0", "0", "0", "0.00"],
        &["acme", "2", "1", "0", "3", "15", "349.85"],
        &["north-wind", "1", "0", "0", "1", "4", "10.00"],
    ];
    assert_eq!(ended.summary(), summary);
}

#[test]
fn a_malformed_file_is_reported_with_line_and_column() {
    // The test substitutes HEADER, GOOD (a valid line) and CUSTOMER (of the file); `?` becomes a byte that is not UTF-8.
    let cases = [
        ("", "line 1, column 1 (customer)", "`customer`, found nothing"),
        ("customer,order,item", "line 1, column 3 (product)", "`product`, found `item`"),
        (
            "HEADERx,2,rope,1,1.00",
            "line 2, column 1 (customer)",
            "`CUSTOMER`, as in the name of the file, found `x`",
        ),
        ("HEADERCUSTOMER,-2,rope,1,1.00", "line 2, column 2 (order)", "the number of an order, found `-2`"),
        ("HEADERGOODGOOD", "line 3, column 2 (order)", "an order that is not on line 2 too, found `1`"),
        ("HEADERCUSTOMER,2, ,1,1.00", "line 2, column 3 (product)", "the name of a product, found nothing"),
        ("HEADERCUSTOMER,2,ro?pe,1,1.00", "line 2, column 3 (product)", "UTF-8"),
        ("HEADERCUSTOMER,2,rope,0,1.00", "line 2, column 4 (quantity)", "a whole number above 0, found `0`"),
        ("HEADERCUSTOMER,2,rope,1,1.5", "line 2, column 5 (price)", "a price such as `12.50`, found `1.5`"),
        ("HEADERCUSTOMER,2,rope,1", "line 2, column 5 (price)", "a price such as `12.50`, found nothing"),
        ("HEADERCUSTOMER,2,rope,1,1.00,x", "line 2, column 6", "the end of the line, found `x`"),
        // Lines that are easily miscounted: empty lines, foreign line endings, and line breaks inside a field.
        (
            "HEADERGOOD\n\n,2",
            "line 5, column 1 (customer)",
            "`CUSTOMER`, as in the name of the file, found nothing",
        ),
        (
            "\u{feff}HEADERGOOD\r\nCUSTOMER,x\r\n",
            "line 4, column 2 (order)",
            "the number of an order, found `x`",
        ),
        (
            "HEADERCUSTOMER,2,\"ro\npe\",1,1.00\r\nCUSTOMER,3,",
            "line 4, column 3 (product)",
            "the name of a product, found nothing",
        ),
    ];
    let inbox = Inbox::new("places");
    let mut expected = Vec::new();
    for (number, (content, place, reason)) in cases.iter().enumerate() {
        let customer = format!("customer{number:02}");
        let good = format!("{customer},1,anvil,1,1.00\n");
        let content = content.replace("HEADER", HEADER).replace("GOOD", &good).replace("CUSTOMER", &customer);
        let content: Vec<_> = content.bytes().map(|byte| if byte == b'?' { 0xff } else { byte }).collect();
        let file = format!("{customer}-2026-11-01.csv");
        inbox.write(&file, content);
        let reason = reason.replace("CUSTOMER", &customer);
        expected.push((file, format!("rejected: {place}: expected {reason}")));
    }
    let ended = inbox.ingest_once();
    ended.expect_code(0);
    let mut reported: Vec<_> =
        ended.reported().into_iter().map(|(file, fate)| (file.to_owned(), fate.to_owned())).collect();
    reported.sort_unstable();
    assert_eq!(reported, expected);
}

#[test]
fn more_files_than_the_queue_holds_are_read_once_and_in_order() {
    let inbox = Inbox::new("many");
    let mut names: Vec<_> = (1..=250).map(|day| format!("acme-2026-11-01-{day:03}.csv")).collect();
    names.insert(0, "acme-2026-11-01.csv".to_owned());
    // The files are written in reverse order.
    names.iter().rev().for_each(|name| inbox.write_order(name, 1));
    let ended = inbox.ingest_once();
    ended.expect_code(0);
    let reported: Vec<_> = ended.reported().into_iter().map(|(file, _)| file).collect();
    assert_eq!(reported, names);
    assert_eq!(inbox.files("done").len(), names.len());
    assert_eq!(ended.summary()[1], ["acme", "251", "0", "0", "251", "251", "627.50"]);
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let inbox = Inbox::new("twice");
    for quantity in [1, 2] {
        inbox.write_order("acme-2026-11-01.csv", quantity);
        inbox.ingest_once().expect_code(0);
    }
    assert_eq!(inbox.files("done"), ["acme-2026-11-01.2.csv", "acme-2026-11-01.csv"]);
    let second = fs::read_to_string(inbox.0.join("done/acme-2026-11-01.2.csv")).expect("it is there");
    assert!(second.ends_with("acme,1,anvil,2,2.50\n"), "{second}");
}

#[test]
fn without_a_folder_a_copy_of_the_sample_data_is_read() {
    let ended = Process::start("ingest", &[]).end();
    ended.expect_code(0);
    // The subscriber of the example prints failed attempts, and not the end of the task.
    assert!(
        ended.stderr.lines().all(|line| line.contains(" ended failed: fatal: line ")),
        "{}",
        ended.stderr
    );
    let copy =
        ended.stdout.lines().next().and_then(|line| line.strip_prefix("a copy of the sample data is in "));
    let copy = Inbox(PathBuf::from(copy.expect("the output names the folder")));
    assert_eq!((copy.files("").len(), copy.files("done").len(), copy.files("rejected").len()), (0, 5, 1));
    ended.expect_stdout("acme-2026-11-02.csv: rejected: line 3, column 4 (quantity): ");
    let customers: Vec<_> = ended.summary().into_iter().map(|row| row[0]).collect();
    assert_eq!(customers, ["customer", "acme", "borealis", "north-wind"]);
    fs::remove_dir_all(copy.0).expect("it is ours");
}

#[test]
fn mistakes_on_the_command_line_are_reported() {
    let mistakes: &[(&[&str], &str)] = &[
        (&["--twice"], "unknown option `--twice`; usage: ingest [FOLDER] [--once]"),
        (&["here", "there"], "more than one folder; usage: ingest [FOLDER] [--once]"),
        (&["", "--once"], "the folder has no name; usage: ingest [FOLDER] [--once]"),
        (&["no-such-folder"], "cannot read `no-such-folder`: "),
        (&["Cargo.toml"], "`Cargo.toml` is not a folder"),
    ];
    for (arguments, reason) in mistakes {
        let ended = Process::start("ingest", arguments).end();
        ended.expect_code(1);
        assert_eq!(ended.stdout, "");
        ended.expect_stderr(&format!("error: the setup failed: {reason}"));
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
}

/// Files that cannot be read, and pipes that block their reader until a writer opens them.
#[cfg(unix)]
mod unready {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    impl Inbox {
        /// Creates a named pipe. Its reader blocks until a test writes to it.
        pub(crate) fn make_pipe(&self, file: &str) {
            let made =
                Command::new("mkfifo").arg(self.0.join(file)).status().expect("`mkfifo` can be started");
            assert!(made.success(), "the pipe cannot be made");
        }
    }

    #[test]
    fn a_slow_customer_delays_no_other_and_no_file_is_read_twice() {
        let inbox = Inbox::new("side-by-side");
        inbox.make_pipe("slow-2026-11-01.csv");
        inbox.write_order("slow-2026-11-02.csv", 2);
        let mut process = inbox.start(&["--once"]);
        // A later scan finds each of these files while the jobs for the files of `slow` are still running.
        for day in 1..=3 {
            let file = format!("swift-2026-11-0{day}.csv");
            inbox.write_order(&file, 1);
            process.wait_for(&[&file, ": orders 1"]);
        }
        assert_eq!(inbox.files(""), ["slow-2026-11-01.csv", "slow-2026-11-02.csv"]);
        let order = format!("{HEADER}slow,1,anvil,1,2.50\n");
        fs::write(inbox.0.join("slow-2026-11-01.csv"), order).expect("the application reads the pipe");
        let ended = process.end();
        ended.expect_code(0);
        let reported: Vec<_> = ended.reported().into_iter().map(|(file, _)| file).collect();
        let swift = ["swift-2026-11-01.csv", "swift-2026-11-02.csv", "swift-2026-11-03.csv"];
        assert_eq!(reported, [&swift[..], &["slow-2026-11-01.csv", "slow-2026-11-02.csv"]].concat());
        assert_eq!(ended.summary()[1], ["slow", "2", "0", "0", "2", "3", "7.50"]);
    }

    #[test]
    fn an_unreadable_file_is_tried_four_times_and_stays() {
        let inbox = Inbox::new("unreadable");
        symlink("nowhere", inbox.0.join("acme-2026-11-01.csv")).expect("the folder is ours");
        inbox.write_order("acme-2026-11-02.csv", 1);
        let ended = inbox.ingest_once();
        ended.expect_code(1);
        assert_eq!(ended.stderr.matches(" failed attempt=").count(), 4, "{}", ended.stderr);
        ended.expect_stderr("acme-2026-11-01.csv: stays where it is: failed: cannot read `");
        ended.expect_stderr("error: task `scan` failed after attempt ");
        ended.expect_stderr(": fatal: 1 of the files could not be read");
        assert_eq!(inbox.files(""), ["acme-2026-11-01.csv"]);
        assert_eq!(ended.summary()[1], ["acme", "1", "0", "1", "1", "1", "2.50"]);
    }

    #[test]
    fn sigterm_prints_the_summary_and_leaves_unread_files() {
        let inbox = Inbox::new("sigterm");
        inbox.make_pipe("slow-2026-11-01.csv");
        inbox.write_order("slow-2026-11-02.csv", 1);
        inbox.write_order("swift-2026-11-01.csv", 1);
        let mut process = inbox.start(&[]);
        process.wait_for(&["swift-2026-11-01.csv: orders 1"]);
        process.signal("TERM");
        let ended = process.end();
        ended.expect_code(0);
        assert_eq!(inbox.files(""), ["slow-2026-11-01.csv", "slow-2026-11-02.csv"]);
        assert_eq!(ended.stderr, "slow-2026-11-01.csv: stays where it is: canceled by the shutdown\n");
        let rows = [["slow", "0", "0", "2", "0", "0", "0.00"], ["swift", "1", "0", "0", "1", "1", "2.50"]];
        assert_eq!(ended.summary()[1..], rows);
    }
}
