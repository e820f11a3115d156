//! The mistakes of a function that an attribute knows by their spelling: one message, with the line to write.

use proc_macro2::TokenStream;

use super::{messages, messages_inside, tokens};

pub(super) type Expand = fn(TokenStream, TokenStream) -> TokenStream;

pub(super) const TASK: Expand = crate::task::task;
pub(super) const JOB: Expand = crate::job::job;
const SUBSCRIBER: Expand = crate::subscriber::subscriber;

/// Each item has one message of this rule, which contains the text.
#[track_caller]
pub(super) fn rejected(expand: Expand, rule: &str, cases: &[(&str, &str)]) {
    for (item, text) in cases {
        only(item, &messages(expand(TokenStream::new(), tokens(item))), rule, text);
    }
}

#[track_caller]
fn only(item: &str, messages: &[String], rule: &str, text: &str) {
    let [message] = messages else { panic!("{item}: {messages:#?}") };
    assert!(message.ends_with(&format!("rule `{rule}`")), "{item}: {message}");
    assert!(message.contains(text), "{item}: {message}");
}

#[track_caller]
pub(super) fn accepted(expand: Expand, items: &[&str]) {
    for item in items {
        assert_eq!(messages(expand(TokenStream::new(), tokens(item))), Vec::<String>::new(), "{item}");
    }
}

#[test]
fn a_returned_future_becomes_an_async_fn() {
    let rule = "returned-future";
    for expand in [TASK, JOB] {
        rejected(
            expand,
            rule,
            &[
                ("fn a() -> impl Future<Output = ()> { async {} }", "write `async fn a()`, with the code"),
                ("fn a(b: TaskContext) -> BoxFuture<'static, u8> { x }", "write `async fn a(..) -> u8`"),
                ("fn a() -> Pin<Box<dyn Future<Output = Result<(), E>> + Send>> { x }", "-> Result<(), E>`"),
                (
                    "async fn a() -> impl IntoFuture<Output = u8> { x }",
                    "write `async fn a() -> u8`, and `.await`",
                ),
                ("fn a() -> JoinHandle<u8> { spawn(async {}) }", "write `async fn a() -> u8`"),
            ],
        );
    }
    rejected(
        TASK,
        rule,
        &[("async fn a() -> BoxFuture<'static, ()> { x }", "write `async fn a()`, and `.await`")],
    );
    accepted(JOB, &["async fn a() -> Pin<Box<dyn Future<Output = u8> + Send>> { x }"]);
    let item = "fn a(event: &Event) -> impl Future<Output = ()> { async {} }";
    rejected(SUBSCRIBER, rule, &[(item, "write `async fn a(..)`, with the code")]);
    let main = "fn main() -> impl Future<Output = ()> { async {} }";
    let messages = messages_inside(crate::entry::main(TokenStream::new(), tokens(main)));
    only(main, &messages, rule, "write `async fn main()`");
}

#[test]
fn an_incomplete_function_is_left_to_the_compiler() {
    for item in [
        "async fn a(ctx) {}",
        "async fn a(&Event) {}",
        "async fn a(mut ctx) {}",
        "async fn a(ctx: ) {}",
        "async fn a(n: u32 = 5) {}",
        "async fn a(ctx: TaskContext db: State<Db>) {}",
        "async fn a(db: State<Db) {}",
        "async fn a {}",
        "async fn a(): u8 {}",
        "async fn a() => u8 {}",
        "unsafe async fn a() {}",
    ] {
        assert_eq!(TASK(TokenStream::new(), tokens(item)).to_string(), tokens(item).to_string());
    }
    assert!(TASK(TokenStream::new(), tokens("async fn a() = work();")).is_empty());
    rejected(TASK, "not-a-function", &[("async fn a();", "write `{ .. }` in place of `;`")]);
    // What is emitted beside the error is not Rust, as it is written.
    for (item, text) in [
        ("fn a();", "in place of `;`"),
        ("gen fn a() {}", "cannot read the function from here on"),
        ("async fn a(x: u8) -> where {}", "cannot read the function from here on"),
    ] {
        let expansion = TASK(TokenStream::new(), tokens(item)).to_string();
        assert!(expansion.contains(text), "{item}: {expansion}");
    }
}

#[test]
fn a_placeholder_is_to_be_written_out() {
    let rule = "inferred-type";
    rejected(
        TASK,
        rule,
        &[
            ("async fn a(db: State<_>) {}", "as in `db: State<Db>`"),
            ("async fn a(db: Option<State<_>>) {}", "as in `db: State<Db>`"),
            ("async fn a(x: _) {}", "says what to pass; write it in place of `_`"),
            ("async fn a() -> Result<(), _> { x }", "the return type of a task is written out"),
        ],
    );
    rejected(
        JOB,
        rule,
        &[("async fn a(x: Vec<_>) {}", "with which it is submitted; write it in place of `_`")],
    );
    accepted(TASK, &["async fn a(x: &Own<'_>, _: TaskContext) {}"]);
    accepted(JOB, &["async fn a(x: A<{ match 1 { _ => 2 } }>) -> A<{ match 1 { _ => 2 } }> {}"]);
}

#[test]
fn a_type_of_another_role_names_the_attribute() {
    let rule = "misplaced-parameter";
    for expand in [TASK, JOB] {
        rejected(
            expand,
            rule,
            &[
                ("async fn a(x: &Event) {}", "a `#[subscriber]` takes it, as `event: &Event`"),
                ("async fn a(x: &mut App) {}", "`async fn main(app: &mut App)` under `#[taskvisor::main]`"),
                ("async fn a(x: &taskvisor::Supervisor) {}", "write `x: SupervisorHandle`"),
            ],
        );
    }
    rejected(TASK, rule, &[("async fn a(x: JobHandle<u8>) {}", "the code that submits the job has it")]);
    rejected(SUBSCRIBER, rule, &[("async fn a(app: &App, event: &Event) {}", "the setup takes it")]);
    accepted(TASK, &["async fn a(x: mine::Event, y: &mine::App) {}"]);
    accepted(JOB, &["async fn a(x: Event, y: App) {}"]);
}

#[test]
fn the_event_is_the_first_parameter() {
    rejected(
        SUBSCRIBER,
        "missing-event",
        &[
            ("async fn a(x: Arc<Event>) {}", "write `x: &Event`"),
            ("async fn a(x: &[Event]) {}", "write `x: &Event`"),
            ("async fn a(x: Event, y: Event) {}", "write `x: &Event`"),
            ("async fn a(x: &EventKind) {}", "write `event: &Event`, and use `event.kind`"),
            ("async fn a(db: &State<Db>) {}", "write `event: &Event, db: &State<Db>`"),
            ("async fn a(ctx: TaskContext) {}", "write `event: &Event`, without `TaskContext`"),
            ("async fn a((e, db): (&Event, State<Db>)) {}", "`e: &Event, db: State<Db>`"),
        ],
    );
    rejected(
        SUBSCRIBER,
        "event-not-first",
        &[
            ("async fn a(db: &State<Db>, e: &Event) {}", "write `e: &Event, db: &State<Db>`"),
            ("async fn a(db: Db, e: Event) {}", "write `e: &Event, db: Db`"),
        ],
    );
    accepted(SUBSCRIBER, &["async fn a(x: &'_ other::Received, db: State<Db>) {}"]);
}

#[test]
fn generics_are_named() {
    rejected(
        TASK,
        "generic-function",
        &[
            ("async fn a<T: Send>(x: T) {}", "generic over `T`"),
            ("async fn a<A, B>(x: &A) where A: B {}", "generic over `A` and `B`"),
            ("async fn a<'a, 'b>(x: &'a Own, y: &'b Own) {}", "write `x: &Own`"),
            ("async fn a(x: Own<'a>) {}", "write `x: Own<'_>`"),
        ],
    );
    rejected(SUBSCRIBER, "generic-function", &[("async fn a<E: Into<Event>>(x: E) {}", "generic over `E`")]);
    // An expression in a type has words and labels of its own.
    let literal = "async fn a(x: A<{ \"impl\".len() }>) -> A<{ \"impl\".len() }> {}";
    let item = "async fn a(x: A<{ struct B; impl B { const N: usize = 1; } B::N }>) {}";
    accepted(JOB, &[literal, item, "async fn a(x: A<{ 'a: loop { break 'a 5 } }>) {}"]);
    accepted(JOB, &["async fn a(x: Box<dyn for<'a> Fn(&'a u8) -> &'a u8 + Send>) {}"]);
}

#[test]
fn other_attributes_are_to_be_removed() {
    rejected(
        TASK,
        "conflicting-attribute",
        &[
            ("#[test] async fn a() {}", "`#[test]` makes a test"),
            ("#[tokio::test] async fn a() {}", "`#[tokio::test]` makes a test"),
            ("#[::core::prelude::v1::test] fn a() { rt.block_on(x) }", "`#[test]` makes a test"),
            ("#[async_trait] async fn a() {}", "goes on a trait or an `impl`"),
            ("#[get(\"/\")] async fn a() {}", "a request handler"),
            ("#[route(\"/users\", method = \"GET\")] async fn a() {}", "a request handler"),
            ("#[rocket::catch(404)] async fn a() {}", "a request handler"),
            ("#[debug_handler] async fn a() {}", "a request handler"),
        ],
    );
    rejected(
        TASK,
        "not-async",
        &[("fn a() { runtime().block_on(async {}) }", "remove such an attribute above `#[task]`")],
    );
    rejected(
        TASK,
        "two-attributes",
        &[("#[taskvisor::main] async fn main() {}", "cannot be both `#[task]`")],
    );
    rejected(
        TASK,
        "declared-main",
        &[(
            "async fn main() {}",
            "in place of `#[task]`, rename the function, or, in a module, write `pub(crate) async fn main`",
        )],
    );
    accepted(
        TASK,
        &[
            "pub(crate) async fn main() {}",
            "#[instrument] #[cfg_attr(x, inline)] async fn a() {}",
            "#[options(level = 3)] #[catch(Panic)] #[patch(\"v2\")] #[handler] async fn a() {}",
            "#[other::head(1)] #[put] #[route] #[other::handler] async fn a() {}",
        ],
    );
    let twice = "#[taskvisor::main] async fn main() {}";
    let messages = messages_inside(crate::entry::main(TokenStream::new(), tokens(twice)));
    only(twice, &messages, "duplicate-attribute", "`#[taskvisor::main]` is written twice; keep one");
}

#[test]
fn a_type_without_a_size_is_not_returned() {
    let rule = "unsized-value";
    rejected(
        JOB,
        rule,
        &[
            ("async fn a() -> str { x }", "write `-> String`"),
            ("async fn a() -> dyn Any { x }", "write `-> Box<dyn Any + Send>`"),
            ("async fn a() -> [u8] { x }", "write `-> Vec<u8>`"),
        ],
    );
    rejected(
        TASK,
        rule,
        &[("async fn a() -> dyn Error { x }", "write `-> Result<(), Box<dyn std::error::Error")],
    );
    rejected(
        JOB,
        "borrowed-value",
        &[("async fn a() -> Option<&str> { x }", "make it owned: `-> Option<String>`")],
    );
    rejected(
        JOB,
        "borrowed-value",
        &[("async fn a() -> Iter<'_, u8> { x }", "a type that owns its values in place of `Iter<'_, u8>`")],
    );
    rejected(
        TASK,
        "borrowed-value",
        &[("async fn a() -> &str { x }", "a task cannot return a reference; return `()`")],
    );
    accepted(JOB, &["async fn a() -> Path { x }"]);
}

#[test]
fn an_associated_function_has_no_items_beside_it() {
    rejected(
        TASK,
        "method",
        &[
            ("async fn a(x: State<Self>) {}", "write the type's name in place of `Self`"),
            ("async fn a(&self) {}", "use a free function"),
        ],
    );
    let expansion = TASK(TokenStream::new(), tokens("async fn a() -> Result<(), Self> {}")).to_string();
    assert!(!expansion.contains("struct"), "{expansion}");
    let setup = crate::entry::main(TokenStream::new(), tokens("async fn a(&self) {}"));
    assert!(setup.to_string().starts_with("async fn a (& self)"), "{setup}");
}

#[test]
fn an_argument_is_one_name() {
    rejected(
        JOB,
        "argument-pattern",
        &[
            ("async fn a((x, y): (u8, &str)) {}", "write `x: u8, y: String`"),
            ("async fn a(State(db): Db) {}", "write `State(db): State<Db>` to inject it"),
            ("async fn a(ref x: u8) {}", "write `x: u8`"),
            ("async fn a(_: u8) {}", "write `name: u8`"),
            ("async fn a(Id(x): Id) {}", "write `name: Id`"),
        ],
    );
}
