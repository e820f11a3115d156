//! `taskvisor tasks` and `taskvisor task`.

use taskvisor_axum::answer::{TaskDetailAnswer, TaskListAnswer};

use crate::service::{Service, endless};

/// The names in the first column.
fn names(table: &str) -> Vec<&str> {
    let rows = table.lines().skip(1).filter(|line| line.contains("  "));
    rows.filter_map(|line| line.split("  ").next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_lists_each_task_with_its_state() {
    let service = Service::start_troubled().await;
    let table = service.run(&["tasks", "--table"]).expect_success();
    for (name, state) in [
        ("archive", "paused"),
        ("billing", "paused after it gave up"),
        ("cleanup", "waiting for its next run"),
        ("consume (×2)", "running"),
        (r"evil\u{1b}[31m", "running"),
        ("feed", "backing off after a failure"),
        ("import", "failed, gave up"),
        ("migrate", "completed"),
        ("web", "waiting for `database`"),
    ] {
        let row = table.lines().find(|line| line.split("  ").next() == Some(name));
        assert!(row.is_some_and(|row| row.contains(&format!("  {state}  "))), "{name}: {row:?}\n{table}");
    }
    let feed = table.lines().find(|line| line.starts_with("feed ")).unwrap();
    assert!(feed.contains("  in 5") && feed.ends_with("the peer"), "{feed}");
    assert!(!table.contains('\u{1b}'), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_selected_by_phase_and_name() {
    let service = Service::start_troubled().await;
    let selected = |arguments: &[&str]| {
        let table = service.run(&[&["tasks", "--table"], arguments].concat()).expect_success();
        names(&table).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(selected(&["--phase", "paused"]), ["archive", "billing"]);
    assert_eq!(selected(&["--phase", "backing_off"]), ["feed"]);
    assert_eq!(selected(&["--contains", "BI"]), ["billing"]);
    assert_eq!(selected(&["--name", "web", "--name", "evil\u{1b}[31m"]), [r"evil\u{1b}[31m", "web"]);
    let none = service.run(&["tasks", "--table", "--contains", "nowhere"]).expect_success();
    assert_eq!(none, "no tasks\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tasks_of_a_large_service_are_listed() {
    let service = Service::start().await;
    for number in 0..1_100 {
        service.supervisor.add_task(endless(format!("task-{number:04}"))).unwrap();
    }
    let list: TaskListAnswer = serde_json::from_str(&service.run(&["tasks"]).expect_success()).unwrap();
    let names: Vec<_> = list.tasks.iter().map(|task| task.name.clone()).collect();
    let expected: Vec<_> = std::iter::once("dashboard".to_owned())
        .chain((0..1_100).map(|number| format!("task-{number:04}")))
        .collect();
    assert_eq!(names, expected);
    assert_eq!((list.total, list.next_cursor), (1_101, None));
    let table = service.run(&["tasks", "--table"]).expect_success();
    assert_eq!(table.lines().last(), Some("1101 tasks"));
}

#[tokio::test(flavor = "multi_thread")]
async fn task_says_what_why_since_when_and_what_is_next() {
    let service = Service::start_troubled().await;
    for (name, expected) in [
        (
            "archive",
            &["state          paused\n", "next           nothing, until `taskvisor resume archive`\n"][..],
        ),
        (
            "billing",
            &[
                "state          paused after it gave up\n",
                "why            gave up, 3 failures",
                "attempts       3, 3 failed (3 in a row)\n",
                "last error     attempt 3, error: the feed cannot be read\n",
                "               caused by: reset by\\u{1b}[2J the peer\n",
                "history        the latest 3 in ",
                "LATEST ATTEMPTS\nATTEMPT  STARTED  RAN ",
            ],
        ),
        ("cleanup", &["state          waiting for its next run\n", "next           attempt 2 in 5"]),
        (
            "feed",
            &[
                "state          backing off after a failure\n",
                "why            attempt 1 failed: the feed cannot be read\n",
                "since          ",
                "next           attempt 2 in 5",
                "window         1 failed in the latest 10h; gives up beyond 5\n",
            ],
        ),
        (
            "web",
            &[
                "state          waiting for `database`\n",
                "next           attempt 1, once `database` is ready\n",
                "needs          database\n",
                "after          migrate\n",
            ],
        ),
        (
            "migrate",
            &["state          completed\n", "next           nothing: it has ended\n", "needed by      web\n"],
        ),
        (
            "import",
            &[
                "attempts       1\n",
                "last error     attempt 1, fatal: no file\n",
                "next           nothing: it has ended\n",
            ],
        ),
        ("database", &["needed by      web\n", "why            not ready\n"]),
        ("consume", &["INSTANCES\nNAME       STATE    FOR", "\nconsume/0  running", "\nconsume/1  running"]),
        ("consume/1", &["consume/1 (id "]),
        ("evil\u{1b}[31m", &["evil\\u{1b}[31m (id "]),
    ] {
        let table = service.run(&["task", name, "--table"]).expect_success();
        for text in expected {
            assert!(table.contains(text), "`{text}` is missing:\n{table}");
        }
        assert!(!table.contains('\u{1b}'), "{table}");
        // A reason that the state has said is not repeated.
        assert_eq!(
            table.contains("\nwhy "),
            ["billing", "feed", "import", "database"].contains(&name),
            "{table}"
        );
        let json = service.run(&["task", name]).expect_success();
        assert_eq!(serde_json::from_str::<TaskDetailAnswer>(&json).unwrap().task.name, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_unknown_is_an_error() {
    let service = Service::start().await;
    for form in ["--table", "--json"] {
        service
            .run(&["task", "fed\u{1b}", form])
            .expect_failure(1, &[r"no task `fed\u{1b}`", "404 Not Found", "/tasks/fed%1B`"]);
    }
}
