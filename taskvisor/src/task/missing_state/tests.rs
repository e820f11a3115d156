use super::*;

const APP: RegisteredBy = RegisteredBy::App;

/// The advice for one missing type.
fn advice(missing: &'static str, registered: &[&'static str]) -> String {
    MissingStates::new(&[missing], registered, APP).advice(&[missing])
}

/// Each with the advice for a missing type, where the other type was registered.
#[track_caller]
fn expect(cases: &[(&'static str, &'static str, &str)]) {
    for (missing, registered, expected) in cases {
        // Types without a relation change nothing.
        for all in [vec![*registered], vec!["()", *registered, "app::Unrelated"]] {
            assert_eq!(advice(missing, &all), *expected, "`{registered}` for `{missing}`");
        }
    }
}

#[test]
fn a_wrapped_value_is_unwrapped() {
    expect(&[
        (
            "app::Db",
            "core::result::Result<app::Db, std::io::error::Error>",
            "a `Result<Db, Error>` was registered: write `app.state(db?)`",
        ),
        (
            "app::HttpClient",
            "core::option::Option<app::HttpClient>",
            "an `Option<HttpClient>` was registered: register the value inside, as in `if let Some(http_client) = \
             http_client { app.state(http_client); }`",
        ),
        (
            "app::Db",
            "alloc::sync::Arc<app::Db>",
            "an `Arc<Db>` was registered; `State` already shares its value, so register the `Db` itself, or take \
             `State<Arc<Db>>`",
        ),
        (
            "app::Db",
            "alloc::boxed::Box<app::Db>",
            "a `Box<Db>` was registered: write `app.state(*db)`, or take `State<Box<Db>>`",
        ),
        (
            "app::Db",
            "std::sync::poison::mutex::Mutex<app::Db>",
            "a `Mutex<Db>` was registered: take `State<Mutex<Db>>`, or register the `Db` itself",
        ),
        (
            "app::Db",
            "&app::Db",
            "a `&'static Db` was registered: take `State<&'static Db>`, or register the `Db` itself",
        ),
        (
            "app::Db",
            "taskvisor::runtime::body::state::State<app::Db>",
            "a `State<Db>` was registered: the parameter adds the `State`, so register the `Db` itself",
        ),
        (
            "app::Db",
            "(app::Db, app::Cache)",
            "a `(Db, Cache)` was registered: register each of its values by a call of its own, as in `app.state(db)`",
        ),
        (
            "app::Db",
            "alloc::vec::Vec<app::Db>",
            "a `Vec<Db>` was registered: take `State<Vec<Db>>`, or register the `Db` itself",
        ),
    ]);
}

#[test]
fn a_value_is_wrapped_as_the_parameter_wants_it() {
    expect(&[
        (
            "alloc::sync::Arc<app::Db>",
            "app::Db",
            "a `Db` was registered: write `app.state(Arc::new(db))`, or take `State<Db>`, which already shares its value",
        ),
        (
            "alloc::sync::Arc<tokio::sync::mutex::Mutex<app::Db>>",
            "tokio::sync::mutex::Mutex<app::Db>",
            "a `Mutex<Db>` was registered: write `app.state(Arc::new(db))`, or take `State<Mutex<Db>>`, which already \
             shares its value",
        ),
        (
            "std::sync::poison::mutex::Mutex<app::Db>",
            "app::Db",
            "a `Db` was registered: write `app.state(Mutex::new(db))`, or take `State<Db>`",
        ),
        (
            "alloc::sync::Arc<std::sync::poison::rwlock::RwLock<alloc::vec::Vec<u8>>>",
            "alloc::vec::Vec<u8>",
            "a `Vec<u8>` was registered: write `app.state(Arc::new(RwLock::new(value)))`, or take `State<Vec<u8>>`, which \
             already shares its value",
        ),
        (
            "core::option::Option<app::Db>",
            "app::Db",
            "a `Db` was registered: take `Option<State<Db>>` instead of `State<Option<Db>>`",
        ),
        ("&app::Db", "app::Db", "a `Db` was registered: take `State<Db>`, which dereferences to it"),
        (
            "app::Pool<app::Db>",
            "app::Db",
            "a `Db` was registered: take `State<Db>`, or register a `Pool<Db>`",
        ),
    ]);
}

#[test]
fn a_pointer_is_cast_to_the_trait_object() {
    expect(&[
        (
            "alloc::sync::Arc<dyn app::Store>",
            "alloc::sync::Arc<app::Pg>",
            "an `Arc<Pg>` was registered: if `Pg` implements `Store`, write `app.state(Arc::new(pg) as Arc<dyn Store>)`",
        ),
        (
            "alloc::boxed::Box<dyn app::Store + core::marker::Send + core::marker::Sync>",
            "alloc::boxed::Box<app::Pg>",
            "a `Box<Pg>` was registered: if `Pg` implements `Store`, write `app.state(Box::new(pg) as Box<dyn Store + Send \
             + Sync>)`",
        ),
        (
            "alloc::sync::Arc<dyn app::Store>",
            "alloc::sync::Arc<dyn app::Store + core::marker::Send + core::marker::Sync>",
            "an `Arc<dyn Store + Send + Sync>` was registered, which is another type: take `State<Arc<dyn Store + Send + \
             Sync>>`, or register an `Arc<dyn Store>`",
        ),
    ]);
    assert_eq!(
        advice("alloc::sync::Arc<dyn app::Store>", &["app::Pg"]),
        "call `app.state(Arc::new(…) as Arc<dyn Store>)` in `main`; the only registered type is `Pg`"
    );
    let pointers =
        ["A", "B", "C", "D", "E"].map(|name| format!("alloc::sync::Arc<app::{name}>").leak() as &str);
    let explained = advice("alloc::sync::Arc<dyn app::Store>", &pointers);
    assert!(explained.contains("Arc::new(c)") && !explained.contains("Arc::new(d)"), "{explained}");
    assert!(explained.ends_with("; 2 more of the registered types may be meant"), "{explained}");
}

#[test]
fn a_literal_gets_the_type_that_is_wanted() {
    expect(&[
        ("u32", "i32", "an `i32` was registered: write `app.state::<u32>(…)`, or take `State<i32>`"),
        ("usize", "u64", "a `u64` was registered: write `app.state::<usize>(…)`, or take `State<u64>`"),
        (
            "alloc::string::String",
            "&str",
            "a `&'static str` was registered: write `app.state(value.to_string())`, or take `State<&'static str>`",
        ),
        (
            "alloc::sync::Arc<str>",
            "alloc::string::String",
            "a `String` was registered: write `app.state(Arc::<str>::from(value))`, or take `State<String>`",
        ),
        (
            "std::path::PathBuf",
            "&str",
            "a `&'static str` was registered: write `app.state(PathBuf::from(value))`, or take `State<&'static str>`",
        ),
        (
            "&str",
            "alloc::string::String",
            "a `String` was registered, which is another type: take `State<String>`, or register a `&'static str`",
        ),
    ]);
}

#[test]
fn a_function_or_a_future_is_called_or_awaited() {
    expect(&[
        (
            "app::Db",
            "app::Db::connect",
            "the function `Db::connect` was registered, not what it returns: call it, as in `app.state(Db::connect(…))`",
        ),
        (
            "app::Db",
            "app::Db::connect::{{closure}}",
            "the future of `Db::connect` was registered: await it, as in `app.state(Db::connect(…).await)`",
        ),
        (
            "app::Pool<app::Db>",
            "<app::Pool<app::Db> as core::default::Default>::default",
            "the function `<Pool<Db>>::default` was registered, not what it returns: call it, as in \
             `app.state(<Pool<Db>>::default(…))`",
        ),
    ]);
}

#[test]
fn another_type_of_the_same_name_is_shown_with_its_path() {
    expect(&[
        (
            "app::a::Db",
            "app::b::Db",
            "an `app::b::Db` was registered, which is another type: take `State<app::b::Db>`, or register an `app::a::Db`",
        ),
        (
            "alloc::sync::Arc<tokio::sync::mutex::Mutex<app::Db>>",
            "alloc::sync::Arc<std::sync::poison::mutex::Mutex<app::Db>>",
            "an `Arc<std::sync::Mutex<Db>>` was registered, which is another type: take `State<Arc<std::sync::Mutex<Db>>>`, \
             or register an `Arc<tokio::sync::Mutex<Db>>`",
        ),
        (
            "app::Pool<app::Sqlite>",
            "app::Pool<app::Postgres>",
            "a `Pool<Postgres>` was registered, which is another type: take `State<Pool<Postgres>>`, or register a \
             `Pool<Sqlite>`",
        ),
        (
            "app::Db",
            "app::Db",
            "another type named `app::Db` was registered: it is compiled twice, in two versions of its crate (`cargo tree \
             -d` lists them), or because its file is a `mod` of both `lib.rs` and `main.rs`",
        ),
    ]);
}

#[test]
fn without_a_relative_all_registered_types_are_listed() {
    assert_eq!(advice("app::Db", &[]), "call `app.state(…)` in `main`");
    let maps = ["app::Cache", "std::collections::hash::map::HashMap<u8, app::Db>"];
    assert_eq!(
        advice("std::collections::hash::map::HashMap<alloc::string::String, app::Route>", &maps),
        "call `app.state(…)` in `main`; the registered types are `Cache`, `HashMap<u8, Db>`"
    );
    let many: Vec<&str> = (10..30).map(|number| format!("app::T{number}").leak() as &str).collect();
    let listed = advice("app::Db", &many);
    assert!(listed.ends_with(
        "20 types are registered, among them `T10`, `T11`, `T12`, `T13`, `T14`, `T15`, `T16`, `T17`"
    ));
}

#[test]
fn several_missing_types_share_one_sentence() {
    let types = ["app::Db", "app::Cache"];
    let missing = MissingStates::new(&types, &[], RegisteredBy::Builder);
    assert_eq!(missing.absence(&types), "no state was registered");
    assert_eq!(missing.advice(&types), "call `.state(…)` for each");
    let registered = ["alloc::sync::Arc<app::Db>"];
    let missing = MissingStates::new(&types, &registered, RegisteredBy::Builder);
    assert_eq!(missing.absence(&types), "no states of those types were registered");
    assert_eq!(
        missing.advice(&types),
        "an `Arc<Db>` was registered; `State` already shares its value, so register the `Db` itself, or take \
         `State<Arc<Db>>`; call `.state(…)` for `State<Cache>`"
    );
}
