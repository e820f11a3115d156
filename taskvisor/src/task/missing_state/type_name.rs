//! Names of types, as `std::any::type_name` returns them: their parts, and how source code writes them.

use std::collections::BTreeMap;

/// Crates whose type names show private modules, and the crates from which source code imports these types.
const IMPORTED_FROM: [(&str, &str); 4] =
    [("alloc", "std"), ("core", "std"), ("std", "std"), ("tokio", "tokio")];

/// Splits off the generic arguments: `alloc::sync::Arc` and `app::Db` of `alloc::sync::Arc<app::Db>`.
fn split(name: &str) -> (&str, Option<&str>) {
    let Some(start) = name.find('<').filter(|start| *start > 0) else { return (name, None) };
    match name[start + 1..].strip_suffix('>') {
        // `Fn(A<B>) -> C<D>` and `<A as B<C>>::D<E>` are no paths with arguments.
        Some(inside) if is_balanced(inside) && name[..start].chars().all(is_in_path) => {
            (&name[..start], Some(inside))
        }
        _ => (name, None),
    }
}

/// Whether each bracket is closed where it is opened: not in `A>::B<C`.
fn is_balanced(text: &str) -> bool {
    let mut depths = depths(text).map(|(depth, ..)| depth);
    depths.all(|depth| depth >= 0)
}

/// The characters, each with the number of brackets that are open after it, and its position.
fn depths(text: &str) -> impl Iterator<Item = (i32, usize, char)> {
    let (mut depth, mut previous) = (0, ' ');
    text.char_indices().map(move |(position, character)| {
        match character {
            '<' | '(' | '[' => depth += 1,
            // `->` is no bracket.
            '>' if previous != '-' => depth -= 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        previous = character;
        (depth, position, character)
    })
}

fn is_in_path(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | ':' | '#' | '{' | '}')
}

/// The type without its generic arguments: `alloc::sync::Arc` of `alloc::sync::Arc<app::Db>`.
pub(super) fn constructor(name: &str) -> &str {
    split(name).0
}

/// The last segment of the path: `Arc` of `alloc::sync::Arc<app::Db>`.
pub(super) fn last_segment(name: &str) -> &str {
    let constructor = constructor(name);
    constructor.rsplit("::").next().unwrap_or(constructor)
}

/// The generic arguments, or the elements of a tuple. Lifetimes are left out.
pub(super) fn arguments(name: &str) -> Vec<&str> {
    let tuple = name.strip_prefix('(').and_then(|name| name.strip_suffix(')'));
    let Some(inside) = split(name).1.or(tuple.filter(|inside| is_balanced(inside))) else {
        return Vec::new();
    };
    let mut arguments = Vec::new();
    let mut start = 0;
    for (_, position, _) in depths(inside).filter(|(depth, _, character)| *depth == 0 && *character == ',') {
        arguments.push(&inside[start..position]);
        start = position + 1;
    }
    arguments.push(&inside[start..]);
    let arguments = arguments.into_iter().map(str::trim);
    arguments.filter(|argument| !argument.is_empty() && !argument.starts_with('\'')).collect()
}

/// The `T` of a `&T`.
pub(super) fn referent(name: &str) -> Option<&str> {
    let name = name.strip_prefix('&')?;
    match name.strip_prefix('\'') {
        Some(lifetime) => lifetime.split_once(' ').map(|(_, referent)| referent),
        None => Some(name),
    }
}

/// Whether it is a type of the standard library with this last segment.
pub(super) fn is_std(name: &str, last: &str) -> bool {
    ["alloc::", "core::", "std::"].iter().any(|root| name.starts_with(root)) && last_segment(name) == last
}

/// Writes types as source code does.
///
/// A path is shortened to its last segment, unless another path in the same message ends with that segment too.
pub(super) struct TypeWriter<'a> {
    /// The paths of all types, by their last segments.
    paths: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> TypeWriter<'a> {
    /// Creates a writer for a message about these types.
    pub(super) fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut paths = BTreeMap::<_, Vec<_>>::new();
        for name in names {
            for path in name.split(|character| !is_in_path(character)) {
                let same = paths.entry(path.rsplit("::").next().unwrap_or(path)).or_default();
                if !same.contains(&path) {
                    same.push(path);
                }
            }
        }
        Self { paths }
    }

    /// Writes a type. A reference in a state or a parameter is `'static`.
    pub(super) fn write(&self, name: &str) -> String {
        let mut written = String::new();
        let mut rest = name;
        if let Some(referent) = referent(name) {
            written.push_str("&'static ");
            rest = referent;
        }
        while let Some(start) = rest.find(is_in_path) {
            let (before, path) = rest.split_at(start);
            let end = path.find(|character| !is_in_path(character)).unwrap_or(path.len());
            written.push_str(before);
            written.push_str(&self.write_path(&path[..end]));
            rest = &path[end..];
        }
        written + rest
    }

    fn write_path(&self, path: &str) -> String {
        let last = path.rsplit("::").next().unwrap_or(path);
        let is_ambiguous = self.paths.get(last).is_some_and(|paths| paths.len() > 1);
        // A closure, or the function of a generic type, is nothing without what precedes it.
        if path.contains('{') || path.starts_with("::") {
            return path.to_owned();
        }
        let imported_from =
            |root| IMPORTED_FROM.iter().find(|(krate, _)| *krate == root).map(|(_, krate)| krate);
        match path.split("::").collect::<Vec<_>>()[..] {
            _ if !is_ambiguous => last.to_owned(),
            [root, module, .., last] => match imported_from(root) {
                Some(krate) => format!("{krate}::{module}::{last}"),
                None => path.to_owned(),
            },
            _ => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_split_into_its_constructor_and_arguments() {
        for (name, last, of) in [
            ("u32", "u32", vec![]),
            ("app::Db", "Db", vec![]),
            (
                "alloc::sync::Arc<dyn app::Store + core::marker::Send>",
                "Arc",
                vec!["dyn app::Store + core::marker::Send"],
            ),
            (
                "core::result::Result<app::Pool<app::Db>, (u8, u8)>",
                "Result",
                vec!["app::Pool<app::Db>", "(u8, u8)"],
            ),
            ("alloc::borrow::Cow<'_, str>", "Cow", vec!["str"]),
            ("app::Hook<fn(u8, u8) -> u8, u8>", "Hook", vec!["fn(u8, u8) -> u8", "u8"]),
            ("(app::Db, u8)", "(app::Db, u8)", vec!["app::Db", "u8"]),
            ("()", "()", vec![]),
            ("(u8,)", "(u8,)", vec!["u8"]),
        ] {
            assert_eq!(arguments(name), of, "{name}");
            if !name.starts_with('(') {
                assert_eq!(last_segment(name), last);
            }
        }
    }

    #[test]
    fn what_is_no_path_has_no_arguments() {
        for name in [
            "<app::Db as core::convert::From<u8>>::from",
            "app::Pool<app::Db>::open",
            "app::A<u8>::b<u8>",
            "dyn core::ops::function::Fn(app::A<u8>) -> app::B<u8>",
            "&app::Pool<app::Db>",
            "[app::A<u8>; 3]",
            "<",
            ">",
            "a<",
            "é<ü",
            "",
        ] {
            assert_eq!(arguments(name), [""; 0], "{name}");
            let _ = (last_segment(name), referent(name), TypeWriter::new([name]).write(name));
        }
    }

    #[test]
    fn a_reference_has_a_referent_with_or_without_a_lifetime() {
        assert_eq!(referent("&str"), Some("str"));
        assert_eq!(referent("&'_ app::Db"), Some("app::Db"));
        assert_eq!(referent("str"), None);
        assert_eq!(referent("&'_"), None);
    }

    #[test]
    fn types_are_written_without_their_modules() {
        for (name, written) in [
            ("alloc::sync::Arc<dyn app::Store + core::marker::Send>", "Arc<dyn Store + Send>"),
            ("&str", "&'static str"),
            ("[app::Db; 3]", "[Db; 3]"),
            ("(app::db::Db, u8)", "(Db, u8)"),
            ("app::main::{{closure}}", "app::main::{{closure}}"),
            ("app::Größe<u8>", "Größe<u8>"),
        ] {
            assert_eq!(TypeWriter::new([name]).write(name), written);
        }
    }

    #[test]
    fn paths_with_one_last_segment_are_written_in_full() {
        let names =
            ["std::sync::poison::mutex::Mutex<a::Db>", "tokio::sync::mutex::Mutex<b::Db>", "a::Cache"];
        let writer = TypeWriter::new(names);
        let written = names.map(|name| writer.write(name));
        assert_eq!(written, ["std::sync::Mutex<a::Db>", "tokio::sync::Mutex<b::Db>", "Cache"]);
    }
}
