//! What would get around the other checks, or around the compiler's: pasted files, moved modules, unsafe code.

use crate::token::{Token, reads, tokens};
use crate::workspace::{Source, sources};

/// `include!` pastes code that no module path names. (`include_str!` pastes text, which is no code.)
fn pasted(sources: &[Source]) -> Vec<String> {
    find(sources, |tokens, at| reads(tokens, at, &["include", "!"]))
}

/// `#[path = "…"]` puts a module where its name does not say; also inside a `cfg_attr`.
fn moved(sources: &[Source]) -> Vec<String> {
    find(sources, |tokens, at| reads(tokens, at, &["path", "="]) && is_in_attribute(&tokens[..at]))
}

/// Whether the bracket that is open at the end of `before` is that of an attribute, and what comes is an item of it.
fn is_in_attribute(before: &[Token]) -> bool {
    let mut open = 0;
    let bracket = before.iter().rposition(|token| {
        open += match &*token.text {
            "[" => 1,
            "]" => -1,
            _ => 0,
        };
        open > 0
    });
    let begins_an_item = before.last().is_some_and(|token| ["[", ","].contains(&&*token.text));
    let is_attribute = bracket.is_some_and(|at| at > 0 && ["#", "!"].contains(&&*before[at - 1].text));
    begins_an_item && is_attribute
}

fn find(sources: &[Source], is_wrong: impl Fn(&[Token], usize) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let tokens = tokens(&source.text);
        let wrong = (0..tokens.len()).filter(|at| is_wrong(&tokens, *at));
        found.extend(wrong.map(|at| format!("{}:{}", source.path, tokens[at].line)));
    }
    found
}

fn forbids_unsafe_code(text: &str) -> bool {
    let tokens = tokens(text);
    let forbid = ["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"];
    (0..tokens.len()).any(|at| reads(&tokens, at, &forbid))
}

#[test]
fn no_file_is_pasted_into_another() {
    assert_eq!(pasted(&sources()), Vec::<String>::new());
}

#[test]
fn an_include_is_found_unless_it_is_only_spoken_of() {
    let sample = Source::sample("a.rs", "// include!(\"b.rs\")\nfn a() {}\ninclude!(\"b.rs\");");
    assert_eq!(pasted(&[sample]), ["a.rs:3"]);
}

#[test]
fn no_module_is_somewhere_else_than_its_name_says() {
    assert_eq!(moved(&sources()), Vec::<String>::new());
}

#[test]
fn a_path_attribute_is_found_in_a_condition_too_and_a_variable_is_not() {
    let text =
        "#[path = \"b.rs\"]\nmod a;\n#[cfg_attr(test, path = \"c.rs\")]\nmod c;\nlet x = [y, path == z];";
    assert_eq!(moved(&[Source::sample("a.rs", text)]), ["a.rs:1", "a.rs:3"]);
}

/// What a macro could use to reach more than its tokens.
fn reaching_out(sources: &[Source]) -> Vec<String> {
    const WAYS: [&[&str]; 6] = [
        &["std", ":", ":", "fs"],
        &["std", ":", ":", "env"],
        &["std", ":", ":", "net"],
        &["std", ":", ":", "process", ":", ":", "Command"],
        &["env", "!"],
        &["include_str", "!"],
    ];
    find(sources, |tokens, at| WAYS.iter().any(|way| reads(tokens, at, way)))
}

#[test]
fn the_macros_reach_nothing_but_their_tokens() {
    let macros: Vec<Source> = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("taskvisor-macros/src"))
        .filter(|source| !source.path.starts_with("taskvisor-macros/src/tests"))
        .collect();
    assert!(macros.len() > 30, "the sources are found");
    assert_eq!(reaching_out(&macros), Vec::<String>::new());
}

#[test]
fn a_macro_that_reads_a_file_is_found() {
    let text = "// std::fs\nlet a = \"std::env\";\nstd::fs::read(a);\nuse std::net::TcpStream;";
    assert_eq!(reaching_out(&[Source::sample("a.rs", text)]), ["a.rs:3", "a.rs:4"]);
}

#[test]
fn both_crates_forbid_unsafe_code() {
    for path in ["taskvisor/src/lib.rs", "taskvisor-macros/src/lib.rs"] {
        let found = sources();
        let source = found.iter().find(|source| source.path == path).expect("a crate has a root");
        assert!(forbids_unsafe_code(&source.text), "{path} lacks `#![forbid(unsafe_code)]`");
    }
}

#[test]
fn unsafe_code_that_is_only_denied_or_forbidden_in_a_comment_is_not_forbidden() {
    assert!(forbids_unsafe_code("//! A crate.\n#![forbid(unsafe_code)]"));
    assert!(!forbids_unsafe_code("#![deny(unsafe_code)]"));
    assert!(!forbids_unsafe_code("// #![forbid(unsafe_code)]"));
}
