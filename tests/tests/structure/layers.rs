//! The top-level modules of a crate are layers: each imports only from those that its root declares above it.
//!
//! Files of one top-level folder may import from each other. Modules that exist only in tests are exempt.

use std::collections::HashMap;

use crate::paths::{Content, Written, read};
use crate::workspace::{Source, crates, sources_in};

/// The layers of one crate.
struct Layers {
    /// The top-level files and folders, in the order of their declarations.
    order: Vec<String>,
    /// The names that `lib.rs` re-exports, each with the module it comes from.
    origins: HashMap<String, String>,
}

impl Layers {
    fn read(sources: &[Source]) -> Self {
        let lib = sources.iter().find(|source| source.is_root()).expect("a crate has a root");
        let Content { modules, paths } = read(lib);
        let files = modules.into_iter().filter(|module| !module.inline && !module.test_only);
        let order = files.map(|module| module.path.concat()).collect();
        let exports = paths.into_iter().filter(|written| written.module.is_empty());
        let origin = |Written { path, .. }: Written| {
            let first = path.iter().find(|name| *name != "crate")?;
            let last = path.last().filter(|name| *name != "*")?;
            Some((last.clone(), first.clone()))
        };
        Self { order, origins: exports.filter_map(origin).collect() }
    }

    /// The layer of a name at the root of the crate.
    fn layer(&self, name: &str) -> Option<usize> {
        let position = |name: &str| self.order.iter().position(|layer| layer == name);
        position(name).or_else(|| position(self.origins.get(name)?))
    }
}

fn violations(sources: &[Source]) -> Vec<String> {
    let layers = Layers::read(sources);
    let files: Vec<_> = sources.iter().map(|source| (source, read(source))).collect();
    let modules = files.iter().flat_map(|(_, content)| &content.modules);
    let test_only: Vec<_> = modules.filter(|module| module.test_only).map(|module| &module.path).collect();
    let mut found = Vec::new();
    for (source, content) in &files {
        for Written { line, path, module } in content.paths.iter().filter(|written| written.is_in_crate()) {
            let Some(user) = module.first().and_then(|top| layers.layer(top)) else { continue };
            if test_only.iter().any(|tests| module.starts_with(tests)) {
                continue;
            }
            let reason = match path.get(1).and_then(|name| layers.layer(name)) {
                Some(used) if used <= user => continue,
                Some(used) => {
                    format!("is in `{}`, declared below `{}`", layers.order[used], layers.order[user])
                }
                None => "is at the root of the crate, above and below every layer".to_owned(),
            };
            found.push(format!("{}:{line}: `{}` {reason}", source.path, path.join("::")));
        }
    }
    found
}

#[test]
fn each_layer_imports_only_from_the_layers_above_it() {
    let found: Vec<_> = crates().iter().flat_map(|sources| violations(sources)).collect();
    assert!(found.is_empty(), "imports against the order of the layers:\n{}", found.join("\n"));
}

/// Protects against a check that passes because it reads nothing.
#[test]
fn the_layers_of_the_runtime_are_found() {
    let sources = sources_in("taskvisor/src");
    let layers = Layers::read(&sources);
    assert!(layers.order.len() > 5, "{:?}", layers.order);
    let paths = sources.iter().flat_map(|source| read(source).paths);
    let imports = paths.filter(Written::is_in_crate).count();
    assert!(imports > 200, "{imports} imports");
}

/// The violations in a correct crate, after one file is added or replaced.
fn sample(path: &str, text: &str) -> Vec<String> {
    let lib = "mod low; mod mid; mod high; #[cfg(all(test, loom))] mod models; pub use high::Top;
        pub use other::Out; pub mod prelude { pub use crate::Top; }";
    let mut sources = vec![
        Source::sample("src/lib.rs", lib),
        Source::sample("src/low.rs", "#[cfg(test)] mod tests { use crate::high::Top; }"),
        Source::sample("src/mid/mod.rs", "mod a; mod b; #[cfg(test)] mod tests; use super::low::Low;"),
        Source::sample("src/mid/a.rs", "use super::b::B; use crate::mid::C; use crate::low::Low;"),
        Source::sample("src/mid/tests.rs", "use crate::Top;"),
        Source::sample("src/high.rs", "use crate::mid::{self, C}; use crate::Top; mod m { use super::*; }"),
        Source::sample("src/models/mod.rs", "use crate::prelude::Top;"),
    ];
    assert_eq!(violations(&sources), [""; 0]);
    sources.retain(|source| source.path != path);
    sources.push(Source::sample(path, text));
    violations(&sources)
}

#[test]
fn an_import_from_a_layer_below_is_found() {
    let expected = ["src/low.rs:2: `crate::mid::C` is in `mid`, declared below `low`"];
    for text in [
        "\nuse crate::mid::C;",
        "\nuse super::mid::C;",
        "\nfn low(c: crate::mid::C) {}",
        "\nfn low() { assert!(crate::mid::C) }",
        "mod tests {\nuse super::super::mid::C; }",
    ] {
        assert_eq!(sample("src/low.rs", text), expected, "{text}");
    }
    let expected = ["src/mid/b.rs:1: `crate::high` is in `high`, declared below `mid`"];
    assert_eq!(sample("src/mid/b.rs", "use super::super::high;"), expected);
}

#[test]
fn a_re_export_at_the_root_counts_as_its_origin() {
    let expected = ["src/low.rs:1: `crate::Top` is in `high`, declared below `low`"];
    assert_eq!(sample("src/low.rs", "use crate::Top;"), expected);
}

#[test]
fn an_import_from_the_root_is_found() {
    for import in ["crate::prelude::Top", "crate::models::A", "crate::Out", "crate::*", "super::*"] {
        let found = sample("src/high.rs", &format!("use {import};"));
        assert!(found.len() == 1 && found[0].contains("at the root"), "{import}: {found:?}");
    }
}
