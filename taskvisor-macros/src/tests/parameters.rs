//! The types of parameters that an attribute rejects by their spelling, and those that it leaves alone.

use proc_macro2::TokenStream;

use super::functions::{JOB, TASK, accepted, rejected};
use super::{messages, tokens};

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
    let rule = "wrapped-state";
    for expand in [TASK, JOB] {
        rejected(
            expand,
            rule,
            &[
                ("async fn a(db: Arc<State<Db>>) {}", "write `db: State<Db>`"),
                ("async fn a(db: State<State<Db>>) {}", "write `db: State<Db>`"),
            ],
        );
    }
    rejected(
        TASK,
        rule,
        &[
            ("async fn a(db: Mutex<State<Db>>) {}", "write `db: State<Mutex<Db>>`"),
            ("async fn a(db: Vec<State<Db>>) {}", "write `db: State<Vec<Db>>`"),
            ("async fn a(db: RefCell<State<Db>>) {}", "write `db: State<Mutex<Db>>`"),
            ("async fn a(db: Option<&State<Db>>) {}", "write `db: Option<State<Db>>`"),
            ("async fn a(x: (State<A>, State<B>)) {}", "one parameter for each: `State<A>`, `State<B>`"),
        ],
    );
    rejected(
        JOB,
        rule,
        &[("async fn a(x: Box<State<u8>>) {}", "import a `State` of your own under another name")],
    );
    // The `State` can be a type of the user.
    accepted(JOB, &["async fn a(x: Vec<State<u8>>, y: (State<u8>, u8), z: Arc<Mutex<State<u8>>>) {}"]);
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
            ("async fn a(x: &CStr) {}", "if `CStr` is a type of your own, write `&self::CStr`"),
            ("async fn a(x: &std::path::Path) {}", "`x: PathBuf`"),
            ("async fn a(x: dyn Store) {}", "write `x: State<Arc<dyn Store>>`"),
        ],
    );
    rejected(
        JOB,
        "unsized-parameter",
        &[
            ("async fn a(x: [&str]) {}", "write `x: Vec<String>`"),
            ("async fn a(x: dyn Store) {}", "write `x: State<Arc<dyn Store>>` to inject it"),
            ("async fn a(x: str) {}", "write `x: String`"),
            ("async fn a(x: std::path::Path) {}", "write `x: PathBuf`"),
            ("async fn a(x: Option<str>) {}", "write `x: Option<String>`"),
            ("async fn a(x: Vec<(u8, dyn Store)>) {}", "write `x: Vec<(u8, Arc<dyn Store>)>`"),
            ("async fn a(x: [[u8]; 2]) {}", "write `x: [Vec<u8>; 2]`"),
        ],
    );
    accepted(JOB, &["async fn a(x: Path, y: Box<str>, z: Arc<dyn Store + Send + Sync>, w: Own<str>) {}"]);
    accepted(TASK, &["async fn a(x: &self::Path, y: &web::OsStr, z: Path, w: &Path<u8>) {}"]);
    rejected(
        JOB,
        "borrowed-argument",
        &[
            ("async fn a(x: Option<&str>) {}", "make it owned: `x: Option<String>`"),
            ("async fn a(x: &[&Path]) {}", "make it owned: `x: Vec<PathBuf>`"),
            ("async fn a(x: Cow<str>) {}", "make it owned: `x: String`"),
            ("async fn a(x: Cow<'_, Own>) {}", "make it owned: `x: Own`"),
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

/// Types of the user with the names of others.
#[test]
fn a_type_of_the_user_can_have_a_common_name() {
    accepted(JOB, &["async fn a(x: Cow, y: Vec<Cow>, z: Cow<u8>) -> Cow {}", "async fn a() -> Cow<u8> {}"]);
    accepted(TASK, &["async fn a(x: self::App, y: &web::Event, z: State<Cow>) {}"]);
    let text = "if `App` is a type of your own, write `self::App`";
    rejected(TASK, "misplaced-parameter", &[("async fn a(x: App) {}", text)]);
    let messages = messages(TASK(TokenStream::new(), tokens("async fn a(x: &taskvisor::Supervisor) {}")));
    assert!(!messages[0].contains("of your own"), "{messages:#?}");
}

/// The compiler would report the rest of the same mistake.
#[test]
fn a_rejected_type_is_replaced_in_the_function() {
    for (item, emitted) in [
        ("async fn a(x: Option<str>) {}", "x : Option < :: std :: boxed :: Box < str > >"),
        ("async fn a(x: Cow<str>) {}", "x : Cow < '_ , str >"),
        ("async fn a(x: Vec<_>, y: A<{ match 1 { _ => 2 } }>) {}", "y : A < { match 1 { _ => 2 } } >"),
        ("async fn a(x: &'b u8, y: A<{ 'a: loop { break 'a 5 } }>) {}", "{ 'a : loop { break 'a 5 } }"),
        ("async fn a(x: &u8, #[inject] State(y): State) {}", "State (y) : State)"),
    ] {
        let expansion = JOB(TokenStream::new(), tokens(item)).to_string();
        assert!(expansion.contains(emitted), "{item}: {expansion}");
    }
}
