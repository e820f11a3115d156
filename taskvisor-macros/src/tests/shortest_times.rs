//! The macro and the runtime refuse the same limits of failures: both are compared with one table of random backoffs. The other
//! half is in `tests/tests/contracts/shortest_times.rs`.
//!
//! `BLESS=1 cargo test -p taskvisor-macros` rewrites the table.

use std::fmt::Write;
use std::path::Path;

use super::{messages, tokens};

const ROWS: usize = 200;

/// Columns: kind, jitter, `first`, `max`, factor, restart, `delay`, `stable_after`, failures, and the shortest time. Times are in
/// nanoseconds, and `-` is an option that is left out.
const HEADING: &str = "# kind jitter first max factor restart delay stable_after failures shortest-time";

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shortest_times.txt")
}

/// The messages for a task with the options of a row, and a limit within this time.
fn answers(columns: &[&str], within: u128) -> Vec<String> {
    let [kind, jitter, first, max, factor, restart, delay, stable_after, failures] = columns else {
        panic!("{columns:?} has another number of columns")
    };
    let mut options =
        format!("max_failures = \"{failures} in {within}ns\", restart = \"{restart}\", backoff({kind}");
    for (option, value) in [("first", first), ("max", max)] {
        if *value != "-" {
            write!(options, ", {option} = \"{value}ns\"").expect("a text can be written");
        }
    }
    if *factor != "-" {
        write!(options, ", factor = {factor}").expect("a text can be written");
    }
    if *jitter != "-" {
        write!(options, ", jitter = \"{jitter}\"").expect("a text can be written");
    }
    options.push(')');
    for (option, value) in [("delay", delay), ("stable_after", stable_after)] {
        if *value != "-" {
            write!(options, ", {option} = \"{value}ns\"").expect("a text can be written");
        }
    }
    messages(crate::task::task(tokens(&options), tokens("async fn ping() {}")))
}

/// The shortest time, as a message says it. Zero if every limit can be exceeded.
fn shortest(columns: &[&str]) -> u128 {
    let Some(message) = answers(columns, 1).pop() else { return 0 };
    let (_, time) =
        message.split_once("together at least ").unwrap_or_else(|| panic!("{columns:?}: {message}"));
    let (time, _) = time.split_once(';').expect("the advice follows");
    humantime::parse_duration(time).expect("a time").as_nanos()
}

/// A few random numbers, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(words.len() as u64)).expect("an index")]
    }

    /// A time from a millisecond to a minute, of every magnitude.
    fn time(&mut self) -> u64 {
        let magnitude = 10_u64.pow(u32::try_from(self.below(5)).expect("a small number"));
        (self.below(6_000) + 1) * magnitude * 100
    }

    fn maybe(&mut self, value: String) -> String {
        if self.below(3) == 0 { "-".to_owned() } else { value }
    }

    fn row(&mut self) -> Vec<String> {
        let is_exponential = self.below(4) != 0;
        let first = self.time();
        let jitters = if is_exponential {
            ["none", "equal", "full", "decorrelated", "-"]
        } else {
            ["none", "equal", "full", "-", "-"]
        };
        let jitter = self.one_of(&jitters).to_owned();
        let max = first + self.time() * self.below(20);
        let factor = self.one_of(&["1.0", "1.1", "1.5", "2.0", "3.7", "-"]).to_owned();
        let restart = self.one_of(&["on-failure", "always"]).to_owned();
        let delay = if restart == "always" {
            let time = self.time();
            self.maybe(time.to_string())
        } else {
            "-".to_owned()
        };
        let stable_after = self.time().to_string();
        let stable_after = self.maybe(stable_after);
        let failures = [self.below(6) + 1, self.below(60) + 1, self.below(200) + 1][self.below(3) as usize];
        let (kind, max, factor) = match is_exponential {
            true => ("exp", self.maybe(max.to_string()), factor),
            false => ("constant", "-".to_owned(), "-".to_owned()),
        };
        let kind = kind.to_owned();
        vec![kind, jitter, first.to_string(), max, factor, restart, delay, stable_after, failures.to_string()]
    }
}

fn bless() {
    let mut random = Random(0x5EED);
    let mut table = format!("{HEADING}\n");
    for _ in 0..ROWS {
        let row = random.row();
        let columns: Vec<&str> = row.iter().map(String::as_str).collect();
        writeln!(table, "{} {}", columns.join(" "), shortest(&columns)).expect("a text can be written");
    }
    std::fs::write(path(), table).expect("the table can be written");
}

#[test]
fn the_table_of_shortest_times_is_that_of_the_macro() {
    if std::env::var_os("BLESS").is_some() {
        bless();
    }
    let table = std::fs::read_to_string(path()).expect("the table is there");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|row| row.split(' ').collect()).collect();
    assert_eq!(rows.len(), ROWS);
    for part in [
        "exp equal",
        "exp decorrelated",
        "exp -",
        "constant full",
        "constant -",
        " always - ",
        " on-failure ",
    ] {
        assert!(table.lines().filter(|line| line.contains(part)).count() > 4, "{part}");
    }
    for row in rows {
        let (expected, columns) = row.split_last().expect("a row has columns");
        let expected: u128 = expected.parse().expect("a time in nanoseconds");
        assert_eq!(shortest(columns), expected, "{columns:?}");
        assert_eq!(answers(columns, expected.max(1)), [""; 0], "{columns:?}");
        if let 2.. = expected {
            assert_eq!(answers(columns, expected - 1).len(), 1, "{columns:?}");
        }
    }
}
