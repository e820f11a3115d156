//! Every option of the tables: set from the text of a variable and from a value of TOML, and read back.

use super::toml_value::value_of_text;
use crate::app::option_table::{DEFAULTS, JOB, MAIN, OptionRow, SUBSCRIBER, TASK};
use crate::event::Event;
use crate::policy::options::OptionValue;
use crate::policy::{Config, RareSettings, Settings};
use crate::runtime::body::{DeclaredDependencies, JobDescriptor, JobSpec, Location, TaskFn, TaskSpec};
use crate::runtime::registry::slot::Admission;
use crate::runtime::subscriber::{Subscribe, Subscriber};

/// A value that is not the default: its option, the text of a variable, the value in TOML, and what is shown.
type Sample = (&'static str, &'static str, &'static str, &'static str);

const SAMPLES: &[Sample] = &[
    ("restart", "always", "'always'", "always"),
    ("delay", "3s", "'3s'", "3s"),
    ("every", "4m", "'4m'", "4m"),
    ("cron", "0 3 * * *", "'0 3 * * *'", "0 3 * * *"),
    ("tz", "Europe/Berlin", "'Europe/Berlin'", "Europe/Berlin"),
    ("start_delay", "5s", "'5s'", "5s"),
    ("overlap", "queue", "'queue'", "queue"),
    ("missed", "skip", "'skip'", "skip"),
    (
        "backoff",
        "{ kind = 'exp', first = '7ms', max = '7s', factor = 3, jitter = 'full' }",
        "{ kind = 'exp', first = '7ms', max = '7s', factor = 3, jitter = 'full' }",
        "exp(first = 7ms, max = 7s, factor = 3, jitter = full)",
    ),
    ("timeout", "6s", "'6s'", "6s"),
    ("max_retries", "7", "7", "7"),
    ("stable_after", "8m", "'8m'", "8m"),
    ("stop_timeout", "9s", "'9s'", "9s"),
    ("max_failures", "5 in 10m", "'5 in 10m'", "5 in 10m"),
    ("on_give_up", "pause", "'pause'", "pause"),
    ("critical", "true", "true", "true"),
    ("heartbeat", "11s", "'11s'", "11s"),
    ("on_shutdown", "finish", "'finish'", "finish"),
    ("instances", "12", "12", "12"),
    ("max_concurrent", "13", "13", "13"),
    ("rate_limit", "14/m", "'14/m'", "14/m"),
    ("burst", "15", "15", "15"),
    ("ready", "start", "'start'", "start"),
    ("start_timeout", "16s", "'16s'", "16s"),
    ("after", "['migrate', 'seed']", "['migrate', 'seed']", "[migrate, seed]"),
    ("needs", "connect", "['connect']", "[connect]"),
    ("interrupt_on_loss", "17s", "'17s'", "17s"),
    ("stop_order", "last", "'last'", "last"),
    ("admission", "replace", "'replace'", "replace"),
    ("queue", "18", "18", "18"),
    ("capacity", "19", "19", "19"),
    ("expires", "21s", "'21s'", "21s"),
    ("grace", "22s", "'22s'", "22s"),
    ("drain_timeout", "23s", "'23s'", "23s"),
    ("shutdown_delay", "24s", "'24s'", "24s"),
    ("recovery_spread", "25s", "'25s'", "25s"),
    ("recent_jobs", "26", "26", "26"),
];

/// The options whose shown value follows from another one.
const FOLLOWING: &[(&str, &[&str])] = &[
    ("delay", &["restart"]),
    ("every", &["restart"]),
    ("cron", &["restart"]),
    ("rate_limit", &["burst"]),
    ("backoff", &["stable_after", "restart"]),
    ("max_retries", &["restart"]),
    ("max_failures", &["restart"]),
];

static DESCRIPTOR: JobDescriptor = JobDescriptor {
    name: "job",
    location: Location {
        file: file!(),
        line: 1,
        column: 1,
        module: module_path!(),
        package: None,
        version: None,
    },
    settings: Settings::INHERIT,
    rare: RareSettings::INHERIT,
    admission: Admission::Queue,
    slot: None,
    queue: None,
    capacity: None,
    parameters: &[],
    dependencies: DeclaredDependencies::NONE,
    needs: |_| {},
};

struct Audit;

impl Subscribe for Audit {
    async fn on_event(&mut self, _event: &Event) {}
}

fn toml(written: &str) -> OptionValue {
    match value_of_text(&format!("[{written}]")) {
        Ok(OptionValue::List(mut values)) => values.remove(0),
        other => panic!("{written}: {other:?}"),
    }
}

/// Sets each option alone, and compares all of them.
fn each_row_sets_itself<S>(rows: &[OptionRow<S>], new: impl Fn() -> S) {
    let config = Config::default();
    for row in rows {
        let sample = SAMPLES.iter().find(|(name, ..)| *name == row.name);
        let Some((_, variable, in_toml, shown)) = sample else {
            panic!("`{}` has no value in `SAMPLES` of `app/overrides/row_tests.rs`: add one", row.name)
        };
        let spec = || match rows.iter().find(|other| row.name == "burst" && other.name == "rate_limit") {
            Some(limit) => set(limit, new(), &toml("'1/s'")),
            None => new(),
        };
        let values = [value_of_text(variable).expect("a variable has any text"), toml(in_toml)];
        for value in values {
            let before = spec();
            let after = set(row, spec(), &value);
            assert_eq!((row.show)(&after, &config).text, *shown, "`{}` from `{value}`", row.name);
            let following =
                FOLLOWING.iter().find(|(name, _)| *name == row.name).map_or(&[][..], |(_, all)| all);
            for other in rows.iter().filter(|other| other.name != row.name) {
                if !following.contains(&other.name) {
                    let unchanged = (other.show)(&before, &config);
                    assert_eq!(
                        (other.show)(&after, &config),
                        unchanged,
                        "`{}` by `{}`",
                        other.name,
                        row.name
                    );
                }
            }
        }
    }
}

fn set<S>(row: &OptionRow<S>, spec: S, value: &OptionValue) -> S {
    match (row.set)(&spec, value) {
        Ok(change) => change(spec),
        Err(reason) => panic!("`{}`: {reason}", row.name),
    }
}

#[test]
fn each_option_of_a_task_is_set_and_shown() {
    each_row_sets_itself(TASK, || TaskSpec::inherit(TaskFn::arc("task", || async { Ok(()) })));
}

#[test]
fn each_option_of_a_job_is_set_and_shown() {
    each_row_sets_itself(JOB, || JobSpec::declared(&DESCRIPTOR));
}

#[test]
fn each_option_of_a_subscriber_is_set_and_shown() {
    each_row_sets_itself(SUBSCRIBER, || Subscriber::new(Audit));
}

#[test]
fn each_option_of_the_application_is_set_and_shown() {
    // Its values are shown from the value that is set, not from the configuration of the others.
    each_row_sets_itself(MAIN, Config::default);
    each_row_sets_itself(DEFAULTS, Config::default);
}

#[test]
fn each_option_that_inherits_shows_the_default() {
    let config = DEFAULTS.iter().fold(Config::default(), |config, row| {
        let sample = SAMPLES.iter().find(|(name, ..)| *name == row.name).expect("each one has a sample");
        set(row, config, &toml(sample.2))
    });
    let task = TaskSpec::inherit(TaskFn::arc("task", || async { Ok(()) }));
    for default in DEFAULTS {
        let shown = (default.show)(&config, &config).text;
        let row =
            TASK.iter().find(|row| row.name == default.name).expect("each default is that of an option");
        assert_eq!((row.show)(&task, &config).text, shown, "`{}` of a task", row.name);
    }
}
