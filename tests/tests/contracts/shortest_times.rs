//! The runtime refuses the limits of failures that the attributes refuse: both are compared with one table, whose columns are
//! explained in `taskvisor-macros/src/tests/shortest_times.rs`.

use std::time::Duration;

use taskvisor::{
    BackoffPolicy, Config, JitterPolicy, MaxFailures, RestartPolicy, Supervisor, TaskFn, TaskSpec,
};

const TABLE: &str = include_str!("../../../taskvisor-macros/tests/shortest_times.txt");

fn time(nanoseconds: &str) -> Option<Duration> {
    nanoseconds.parse().ok().map(Duration::from_nanos)
}

fn backoff(kind: &str, jitter: &str, first: &str, max: &str, factor: &str) -> BackoffPolicy {
    let first = time(first).expect("each row has it");
    let policy = match kind {
        "constant" => BackoffPolicy::constant(first),
        _ => {
            let mut builder = BackoffPolicy::builder().first(first);
            if let Some(max) = time(max) {
                builder = builder.max(max);
            }
            if let Ok(factor) = factor.parse() {
                builder = builder.factor(factor);
            }
            builder.build().expect("the policy is valid")
        }
    };
    match jitter {
        "none" => policy.with_jitter(JitterPolicy::None),
        "equal" => policy.with_jitter(JitterPolicy::Equal),
        "full" => policy.with_jitter(JitterPolicy::Full),
        "decorrelated" => policy.with_jitter(JitterPolicy::Decorrelated),
        _ => policy,
    }
}

/// What a supervisor says about a task with the options of the row, and a limit within this time.
async fn refused(columns: &[&str], within: Duration) -> Option<String> {
    let [kind, jitter, first, max, factor, restart, every, stable_after, failures] = columns else {
        panic!("{columns:?} has another number of columns")
    };
    let restart = if *restart == "always" { RestartPolicy::Always } else { RestartPolicy::OnFailure };
    let mut spec = TaskSpec::inherit(TaskFn::arc("poll", || async { Ok(()) }))
        .with_restart(restart)
        .with_backoff(backoff(kind, jitter, first, max, factor))
        .with_max_failures(MaxFailures::new(failures.parse().expect("a number"), within));
    if let Some(every) = time(every) {
        spec = spec.with_delay(every);
    }
    if let Some(stable_after) = time(stable_after) {
        spec = spec.with_stable_after(stable_after);
    }
    Supervisor::new(Config::default(), Vec::new()).add_task(spec).err().map(|error| error.to_string())
}

#[tokio::test]
async fn the_runtime_and_the_attributes_refuse_the_same_limits() {
    let mut compared = 0;
    for row in TABLE.lines().filter(|row| !row.starts_with('#')) {
        let row: Vec<&str> = row.split(' ').collect();
        let (shortest, columns) = row.split_last().expect("a row has columns");
        let shortest = time(shortest).expect("a time in nanoseconds");
        let tick = Duration::from_nanos(1);
        assert_eq!(refused(columns, shortest.max(tick)).await, None, "{columns:?}");
        if shortest > tick {
            let problem = refused(columns, shortest - tick).await.unwrap_or_default();
            assert!(problem.contains("can never be exceeded"), "{columns:?} {shortest:?}: {problem}");
        }
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}
