//! A note for a program that declares tasks or subscribers and starts none of them: its `main` runs a supervisor that it has
//! built by hand.
//!
//! A program is recognized by the name of its executable, which is that of its crate or package. Test executables end with a hash,
//! so tests get no note; neither do renamed executables.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};

use super::SubscriberDescriptor;
use super::declared::{Declaration, DeclarationKind};
use super::problem::Problem;
use super::stderr::write_line;
use crate::runtime::body::Location;
use crate::runtime::body::TaskDescriptor;
use crate::supervisor::run::RunHook;

/// How many declarations the note lists.
const MAX_LISTED: usize = 8;

/// The name of a documentation test's crate and file.
const DOCUMENTATION_TEST: &str = "rust_out";

/// Whether the note is obsolete: an application runs, a declaration was listed by hand, or the note was written.
static IS_NOTE_OBSOLETE: AtomicBool = AtomicBool::new(false);

inventory::submit! { RunHook(check) }

/// Suppresses the note, because the program starts declarations.
pub(super) fn suppress_note() {
    // Loaded first, because every listed declaration comes here. The flag guards no other data.
    if !IS_NOTE_OBSOLETE.load(Ordering::Relaxed) {
        IS_NOTE_OBSOLETE.store(true, Ordering::Relaxed);
    }
}

/// Writes the note, once per process.
fn check() {
    if IS_NOTE_OBSOLETE.load(Ordering::Relaxed) || IS_NOTE_OBSOLETE.swap(true, Ordering::Relaxed) {
        return;
    }
    let declared = declarations();
    if declared.is_empty() {
        return;
    }
    let program = env::current_exe().ok();
    let program = program.as_deref().and_then(|path| path.file_stem()).and_then(|name| name.to_str());
    if let Some(note) = program.and_then(|program| note(program, declared)) {
        write_line(format_args!("note: {note}"));
    }
}

/// All declared tasks and subscribers. Jobs are not started but submitted.
fn declarations() -> Vec<Declaration> {
    let tasks =
        inventory::iter::<&TaskDescriptor>.into_iter().map(|TaskDescriptor { location, name, .. }| {
            Declaration { location, kind: DeclarationKind::Task, name }
        });
    let subscribers = inventory::iter::<&SubscriberDescriptor>.into_iter().map(
        |SubscriberDescriptor { location, name, .. }| Declaration {
            location,
            kind: DeclarationKind::Subscriber,
            name,
        },
    );
    tasks.chain(subscribers).collect()
}

/// The note about the declarations in the package of this program.
fn note(program: &str, mut declared: Vec<Declaration>) -> Option<Problem> {
    let package =
        declared.iter().map(|one| one.location).find(|location| is_of_program(location, program))?;
    let is_own = |location: &Location| match package.package {
        Some(_) => location.package == package.package,
        None => location.krate() == package.krate(),
    };
    declared.retain(|one| is_own(one.location));
    declared.sort_unstable();
    let listed: Vec<_> = declared.iter().take(MAX_LISTED).map(Declaration::with_location).collect();
    let more = match declared.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (verb, them) = if declared.len() == 1 { ("does", "it") } else { ("do", "them") };
    let has = |kind| declared.iter().any(|one| one.kind == kind);
    let accessors = match (has(DeclarationKind::Task), has(DeclarationKind::Subscriber)) {
        (true, true) => "`spec()` and `subscriber()`",
        (true, false) => "`spec()`",
        _ => "`subscriber()`",
    };
    let accessor = if has(DeclarationKind::Task) { "`spec()`" } else { "`subscriber()`" };
    let reason = format!(
        "{}{more} {verb} not start, because no `#[taskvisor::main]` function was called; start {them} with \
         `#[taskvisor::main]` instead of `#[tokio::main]`, or pass {them} to the supervisor, with {accessors}; if this is \
         intended, a call of {accessor} suppresses this note",
        listed.join(", "),
    );
    Some(Problem::new(declared[0].location, reason))
}

/// Whether the program is built from the crate or the package of this declaration.
fn is_of_program(location: &Location, program: &str) -> bool {
    let program = program.replace('-', "_");
    let package = location.package.map(|package| package.replace('-', "_"));
    program != DOCUMENTATION_TEST
        && (location.krate() == program || package.is_some_and(|package| package == program))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn declared(kind: DeclarationKind, location: &'static Location) -> Declaration {
        Declaration { location, kind, name: "ping" }
    }

    const fn at(line: u32, module: &'static str, package: Option<&'static str>) -> Location {
        Location { file: "src/main.rs", line, column: 1, module, package, version: None }
    }

    static MAIN: Location = at(7, "my_app::tasks", Some("my-app"));
    static LIB: Location = at(3, "my_core", Some("my-app"));
    static OTHER: Location = at(1, "billing", Some("billing"));
    static DOCTEST: Location = at(1, "rust_out", Some("my-app"));
    static BY_RUSTC: Location = at(9, "plain", None);

    fn text(program: &str, declared: &[Declaration]) -> String {
        note(program, declared.to_vec()).map(|note| note.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_note_lists_the_declarations_of_the_package() {
        let task = |location| declared(DeclarationKind::Task, location);
        let all = [task(&MAIN), task(&OTHER), declared(DeclarationKind::Subscriber, &LIB)];
        let expected = "src/main.rs:3: subscriber `ping` (src/main.rs:3), task `ping` (src/main.rs:7) do not start, because no \
                        `#[taskvisor::main]` function was called; start them with `#[taskvisor::main]` instead of \
                        `#[tokio::main]`, or pass them to the supervisor, with `spec()` and `subscriber()`; if this is \
                        intended, a call of `spec()` suppresses this note";
        assert_eq!(text("my-app", &all), expected);
        assert_eq!(text("my_app", &all), expected);
        assert!(text("plain", &[task(&BY_RUSTC), task(&OTHER)]).starts_with("src/main.rs:9: task `ping`"));
        let many = text("my-app", &[task(&MAIN); 10]);
        assert!(many.contains("(src/main.rs:7) and 2 more do not start"), "{many}");
    }

    #[test]
    fn neither_a_test_nor_a_renamed_program_gets_a_note() {
        let all = [&MAIN, &LIB, &OTHER, &DOCTEST].map(|location| declared(DeclarationKind::Task, location));
        for program in ["my_app-0123456789abcdef", "tasks-0123456789abcdef", "rust_out", "renamed", ""] {
            assert_eq!(text(program, &all), "", "{program}");
        }
        assert_eq!(text("my-app", &[]), "");
    }
}
