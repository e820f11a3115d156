//! The mistakes of a function that an attribute knows by their spelling: one message, with the line to write.

use proc_macro2::TokenStream;

use super::{messages, messages_inside, tokens};

type Expand = fn(TokenStream, TokenStream) -> TokenStream;

const TASK: Expand = crate::task::task;
const JOB: Expand = crate::job::job;
const SUBSCRIBER: Expand = crate::subscriber::subscriber;

/// Each item has one message of this rule, which contains the text.
#[track_caller]
fn rejected(expand: Expand, rule: &str, cases: &[(&str, &str)]) {
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
fn accepted(expand: Expand, items: &[&str]) {
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
}

#[test]
fn the_state_is_named_with_the_type_of_the_user() {
    rejected(
        TASK,
        "unsized-state",
        &[
            ("async fn a(db: State<dyn Store>) {}", "write `db: State<Arc<dyn Store>>`"),
            ("async fn a(db: &State<dyn Store + Send>) {}", "write `db: State<Arc<dyn Store + Send>>`"),
            ("async fn a(db: Option<State<str>>) {}", "write `db: Option<State<String>>`"),
            ("async fn a(State(x): State<[u8]>) {}", "write `State(x): State<Vec<u8>>`"),
        ],
    );
    rejected(
        TASK,
        "borrowed-state",
        &[
            ("async fn a(x: State<&str>) {}", "write `x: State<String>`, or `x: State<&'static str>`"),
            ("async fn a(x: &State<&'a Db>) {}", "write `x: State<Db>`"),
            ("async fn a<'a>(x: &State<&'a Db>) {}", "write `x: State<Db>`"),
            ("async fn a(x: State<&mut Db>) {}", "write `x: State<Mutex<Db>>`"),
            ("async fn a(x: State<Cow<'_, str>>) {}", "write `x: State<String>`"),
        ],
    );
    for expand in [TASK, JOB] {
        rejected(
            expand,
            "wrapped-state",
            &[
                ("async fn a(db: Arc<State<Db>>) {}", "write `db: State<Db>`"),
                ("async fn a(db: State<State<Db>>) {}", "write `db: State<Db>`"),
                ("async fn a(db: Mutex<State<Db>>) {}", "write `db: State<Mutex<Db>>`"),
                ("async fn a(db: Vec<State<Db>>) {}", "write `db: State<Vec<Db>>`"),
                ("async fn a(db: RefCell<State<Db>>) {}", "write `db: State<Mutex<Db>>`"),
                ("async fn a(db: Option<&State<Db>>) {}", "write `db: Option<State<Db>>`"),
                ("async fn a(x: (State<A>, State<B>)) {}", "one parameter for each: `State<A>`, `State<B>`"),
            ],
        );
    }
    accepted(TASK, &["async fn a(a: State<Option<Db>>, b: &Option<State<Db>>, c: Own<State<Db>>) {}"]);
    accepted(TASK, &["async fn a(a: State<&'static str>, b: State<Path>, c: State<Arc<dyn Store>>) {}"]);
}

#[test]
fn a_reference_names_what_owns_the_value() {
    rejected(
        TASK,
        "mutable-reference",
        &[
            ("async fn a(db: &mut Db) {}", "write `db: State<Mutex<Db>>`"),
            ("async fn a(db: &mut State<Db>) {}", "write `db: State<Mutex<Db>>`"),
            ("async fn a(db: &mut Arc<RwLock<Db>>) {}", "write `db: State<Arc<RwLock<Db>>>`"),
            ("async fn a(db: &mut TaskContext) {}", "write `db: TaskContext`"),
            ("async fn a(db: &mut [u8]) {}", "write `db: State<Mutex<Vec<u8>>>`"),
        ],
    );
    let item = "async fn a(out: &mut Vec<u8>) {}";
    rejected(JOB, "mutable-reference", &[(item, "or `out: Vec<u8>` for an argument, and return it")]);
    rejected(
        TASK,
        "unsized-parameter",
        &[
            (
                "async fn a(x: &str) {}",
                "write `x: State<String>`, or make it an argument of a `#[job]`: `x: String`",
            ),
            ("async fn a(x: &Path) {}", "write `x: State<PathBuf>`"),
            ("async fn a(x: dyn Store) {}", "write `x: State<Arc<dyn Store>>`"),
        ],
    );
    rejected(
        JOB,
        "unsized-parameter",
        &[
            ("async fn a(x: [&str]) {}", "write `x: Vec<String>`"),
            ("async fn a(x: dyn Store) {}", "write `x: State<Arc<dyn Store>>`"),
        ],
    );
    rejected(
        JOB,
        "borrowed-argument",
        &[
            ("async fn a(x: Option<&str>) {}", "make it owned: `x: Option<String>`"),
            ("async fn a(x: &[&Path]) {}", "make it owned: `x: Vec<PathBuf>`"),
            ("async fn a(x: Cow<str>) {}", "make it owned: `x: String`"),
            ("async fn a(x: Vec<Req<'_>>) {}", "a type that owns its values in place of `Req<'_>`"),
            ("async fn a(db: &Db) {}", "write `db: State<Db>` to inject it, `db: Db` for an argument"),
            ("async fn a(db: &dyn Store) {}", "write `db: State<Arc<dyn Store>>` to inject it"),
            ("async fn a<'a>(x: &'a str) {}", "make it owned: `x: String`"),
        ],
    );
    rejected(
        TASK,
        "impl-trait-parameter",
        &[
            ("async fn a(x: impl Store + Send + 'static) {}", "write `x: State<Arc<dyn Store + Send>>`"),
            ("async fn a(x: &mut impl Store) {}", "write `x: State<Arc<dyn Store>>`"),
        ],
    );
    rejected(
        JOB,
        "impl-trait-parameter",
        &[
            ("async fn a(x: impl Into<String>) {}", "write `x: String`"),
            ("async fn a(x: impl AsRef<Path>) {}", "write `x: PathBuf`"),
            ("async fn a(x: impl Fn(u8) -> u8) {}", "write `x: State<Arc<dyn Fn(u8) -> u8>>`"),
        ],
    );
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
        &[("async fn main() {}", "write `#[taskvisor::main]` in place of `#[task]`")],
    );
    accepted(
        TASK,
        &["pub(crate) async fn main() {}", "#[instrument] #[cfg_attr(x, inline)] async fn a() {}"],
    );
    let twice = "#[taskvisor::main] async fn main() {}";
    let messages = messages_inside(crate::entry::main(TokenStream::new(), tokens(twice)));
    only(twice, &messages, "duplicate-attribute", "keep one `#[taskvisor::main]`");
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
        &[("async fn a() -> &str { x }", "a task returns no value; return `()`")],
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
