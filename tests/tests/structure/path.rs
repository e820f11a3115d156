//! Every path into its own crate that a file writes, resolved to where it leads from the root.

use crate::token::{Token, reads, tokens};

/// A path that begins with `crate`, `self` or `super`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) line: usize,
    /// The module it is written in: that of the file, or one inside it.
    pub(crate) from: Vec<String>,
    /// Where it leads; a glob is `*`.
    pub(crate) to: Vec<String>,
}

/// A module that a file declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) parent: Vec<String>,
    pub(crate) name: String,
}

/// What one file says.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) written: Vec<Written>,
    pub(crate) declared: Vec<Declared>,
    /// What `use` brings into the file's own module, with the name it gets there.
    pub(crate) imported: Vec<(String, Vec<String>)>,
}

/// Reads the file of the module `module`.
pub(crate) fn read(module: &[String], source: &str) -> Content {
    let tokens = tokens(source);
    let mut content = Content::default();
    let (mut inside, mut depth) = (Inside { path: module.to_vec(), opened: Vec::new() }, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match &*token.text {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inside.leave(depth);
            }
            "mod" if declares(&tokens, at) => {
                let name = tokens[at + 1].text.clone();
                content.declared.push(Declared { parent: inside.path.clone(), name: name.clone() });
                if tokens[at + 2].text == "{" {
                    inside.enter(name, depth);
                }
            }
            "use" if inside.opened.is_empty() => content.imported.extend(tree(&tokens, at + 1, &[]).0),
            "crate" | "self" | "super" if begins(&tokens, at) => {
                for (_, path) in tree(&tokens, at, &[]).0 {
                    let to = resolve(&inside.path, &path);
                    content.written.push(Written { line: token.line, from: inside.path.clone(), to });
                }
            }
            _ => {}
        }
    }
    content
}

/// The module around the place that is read, and at which depth each module inside the file was opened.
struct Inside {
    path: Vec<String>,
    opened: Vec<usize>,
}

impl Inside {
    fn enter(&mut self, name: String, depth: usize) {
        self.path.push(name);
        self.opened.push(depth);
    }

    fn leave(&mut self, depth: usize) {
        if self.opened.last() == Some(&depth) {
            self.opened.pop();
            self.path.pop();
        }
    }
}

fn declares(tokens: &[Token], at: usize) -> bool {
    reads(tokens, at + 2, &[";"]) || reads(tokens, at + 2, &["{"])
}

fn begins(tokens: &[Token], at: usize) -> bool {
    let continued = at >= 2 && reads(tokens, at - 2, &[":", ":"]);
    reads(tokens, at + 1, &[":", ":"]) && !continued
}

/// The paths of the tree that begins at `at`, each with the name it ends with or is given, and where the tree ends.
fn tree(tokens: &[Token], mut at: usize, prefix: &[String]) -> (Vec<(String, Vec<String>)>, usize) {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        match &*token.text {
            "{" => return group(tokens, at + 1, &path),
            "*" => path.push("*".to_owned()),
            text if text.starts_with(|first: char| first.is_alphabetic() || first == '_') => {
                path.push(text.to_owned());
            }
            _ => break,
        }
        at += 1;
        if !reads(tokens, at, &[":", ":"]) {
            break;
        }
        at += 2;
    }
    let mut name = path.last().cloned().unwrap_or_default();
    if path.len() > 1 && name == "self" {
        path.pop();
        name = path.last().cloned().unwrap_or_default();
    }
    if reads(tokens, at, &["as"]) {
        name = tokens.get(at + 1).map_or(name, |token| token.text.clone());
        at += 2;
    }
    (vec![(name, path)], at)
}

fn group(tokens: &[Token], mut at: usize, prefix: &[String]) -> (Vec<(String, Vec<String>)>, usize) {
    let mut found = Vec::new();
    while at < tokens.len() && !reads(tokens, at, &["}"]) {
        let (paths, end) = tree(tokens, at, prefix);
        found.extend(paths);
        at = if reads(tokens, end, &[","]) { end + 1 } else { end.max(at + usize::from(end == at)) };
    }
    (found, at + 1)
}

fn resolve(module: &[String], path: &[String]) -> Vec<String> {
    let mut to = module.to_vec();
    for segment in path {
        match &**segment {
            "crate" => to.clear(),
            "self" => {}
            "super" => drop(to.pop()),
            name => to.push(name.to_owned()),
        }
    }
    to
}

fn found(module: &[&str], source: &str) -> Vec<String> {
    let module: Vec<_> = module.iter().map(|&name| name.to_owned()).collect();
    read(&module, source).written.iter().map(|written| written.to.join("::")).collect()
}

#[test]
fn groups_are_read_across_lines_and_levels() {
    let source = "use crate::{a, b::{self, c as d},\n    e::*,\n};";
    assert_eq!(found(&["m"], source), ["a", "b", "b::c", "e::*"]);
}

#[test]
fn paths_in_code_types_macros_and_visibilities_are_read_like_imports() {
    let source = "pub(in crate::a) fn f(x: &crate::b::C<crate::d::E>) { $crate::g::h!(crate::i::<u8>::j()) }";
    assert_eq!(found(&["m"], source), ["a", "b::C", "d::E", "g::h", "i"]);
}

#[test]
fn comments_strings_and_plain_visibilities_hold_no_path() {
    assert_eq!(found(&["m"], "//! [`A`](crate::a)\npub(crate) const B: &str = \"crate::b\";"), [""; 0]);
}

#[test]
fn super_and_self_lead_from_the_module_they_stand_in() {
    let source =
        "use super::a; use self::b; mod inner { use super::c; use super::super::d; } use super::super::e;";
    assert_eq!(found(&["m", "n"], source), ["m::a", "m::n::b", "m::n::c", "m::d", "e"]);
}
