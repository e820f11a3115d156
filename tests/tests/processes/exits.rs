//! The table of exits in `docs/exits.md`: each row is played, as an application and with `run`.

use std::fs;

use super::process::{Ended, Process};
use super::program;

struct Row {
    critical: String,
    pay: String,
    audit: String,
    signaled: bool,
    code: i32,
    returned: String,
    report: String,
    errors: Vec<String>,
}

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(program::workspace().join("docs/exits.md")).expect("the page can be read");
    let rows = page.lines().filter(|line| line.starts_with("| plain") || line.starts_with("| critical"));
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let [critical, pay, audit, signal, code, returned, report, errors] =
            cells.try_into().expect("eight cells");
        let signaled = match signal.as_str() {
            "yes" => true,
            "no" => false,
            other => panic!("`{other}` is neither yes nor no"),
        };
        let errors = errors.split(" · ").filter(|error| !error.is_empty()).map(str::to_owned).collect();
        Row { critical, pay, audit, signaled, code: code.parse().expect("a code"), returned, report, errors }
    };
    rows.map(row).collect()
}

impl Row {
    fn play(&self, mode: &str) -> Ended {
        let mut process = Process::start("exits", &[mode, &self.critical, &self.pay, &self.audit]);
        if self.signaled {
            process.wait_for(&["settled"]);
            process.signal("TERM");
        }
        process.end()
    }

    fn label(&self) -> String {
        let Self { critical, pay, audit, signaled, .. } = self;
        format!("{critical}, pay {pay}, audit {audit}, SIGTERM: {signaled}")
    }

    fn check(&self) {
        let ended = self.play("application");
        let (label, stderr) = (self.label(), &ended.stderr);
        assert_eq!(ended.code, Some(self.code), "{label}\n{stderr}");
        let errors: Vec<_> = stderr.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
        assert_eq!(errors.len(), self.errors.len(), "{label}\n{stderr}");
        for (found, expected) in errors.iter().zip(&self.errors) {
            assert!(found.contains(expected.as_str()), "{label}: no `{expected}`\n{stderr}");
        }
        let gave_up =
            stderr.lines().any(|line| line.starts_with("pay#") && line.contains(" gave_up failures=3 "));
        assert_eq!(gave_up, self.report.contains("gave up"), "{label}\n{stderr}");

        let ended = self.play("run");
        let line = |beginning: &str| {
            let mut lines = ended.stdout.lines().filter_map(|line| line.strip_prefix(beginning));
            lines
                .next()
                .unwrap_or_else(|| panic!("{label}: no `{beginning}`\n{}{}", ended.stdout, ended.stderr))
        };
        let returned = self.returned.trim_matches('`');
        assert!(
            line("run: ").starts_with(returned) || line("run: ").starts_with(&self.returned),
            "{label}: {}",
            line("run: ")
        );
        assert_eq!(line("report: "), self.report, "{label}");
    }
}

#[test]
fn each_row_of_the_table_of_exits_is_true() {
    let rows = rows();
    assert!(rows.len() >= 25, "{} rows", rows.len());
    for row in rows {
        row.check();
    }
}
