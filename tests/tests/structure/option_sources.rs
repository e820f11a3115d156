//! Where the options are written: in the attributes, the builders, the tables of the runtime, the README and the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use syn::{ImplItem, Item, Type, Visibility};

use super::workspace::sources_in;

/// An attribute with its options.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The attribute, as the documentation writes it.
    pub(crate) attribute: &'static str,
    /// The folder of the attribute in `taskvisor-macros/src`.
    folder: &'static str,
    /// The type whose methods set the options.
    pub(crate) builder: &'static str,
    /// The tables in `taskvisor/src/app/option_table`: the file, the constant, and the section of its options.
    pub(crate) tables: &'static [(&'static str, &'static str, &'static str)],
}

pub(crate) const KINDS: [Kind; 4] = [
    Kind {
        attribute: "#[task]",
        folder: "task",
        builder: "TaskSpec",
        tables: &[("task.rs", "TASK", "[task.NAME]")],
    },
    Kind {
        attribute: "#[job]",
        folder: "job",
        builder: "JobSpec",
        tables: &[("job.rs", "JOB", "[job.NAME]")],
    },
    Kind {
        attribute: "#[subscriber]",
        folder: "subscriber",
        builder: "Subscriber",
        tables: &[("subscriber.rs", "SUBSCRIBER", "[subscriber.NAME]")],
    },
    Kind {
        attribute: "#[taskvisor::main]",
        folder: "entry",
        builder: "Config",
        tables: &[("application.rs", "MAIN", "[main]"), ("application.rs", "DEFAULTS", "[defaults]")],
    },
];

/// An option of a file, and when a change of it applies.
pub(crate) struct FileOption {
    pub(crate) section: &'static str,
    pub(crate) applies: String,
}

fn read(path: &str) -> String {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a member of the workspace");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text from the first `begin` to the next `end`.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no `{begin}`"));
    rest.split_once(end).map_or(rest, |(part, _)| part)
}

/// The string literal at the beginning of each part that follows `before`, and the rest of the part.
fn literals<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.split(before).skip(1).filter_map(|part| part.trim_start().strip_prefix('"')?.split_once('"'))
}

impl Kind {
    /// The options of the attribute, except `crate`, which is no option of a declaration.
    pub(crate) fn attribute_options(&self) -> BTreeSet<String> {
        let source = read(&self.attribute_file());
        let grammar = between(&source, "options: &[", "],\n};");
        let options = literals(grammar, "(").map(|(option, _)| option.to_owned());
        options.filter(|option| option != "crate").collect()
    }

    pub(crate) fn attribute_file(&self) -> String {
        format!("taskvisor-macros/src/{}/options.rs", self.folder)
    }

    /// The public methods `with_…` of the builder, without the prefix.
    pub(crate) fn builder_options(&self) -> BTreeSet<String> {
        // All sources are parsed once.
        static METHODS: OnceLock<BTreeMap<String, BTreeSet<String>>> = OnceLock::new();
        METHODS.get_or_init(builder_methods).get(self.builder).cloned().unwrap_or_default()
    }

    /// The options of files and variables.
    pub(crate) fn file_options(&self) -> BTreeMap<String, FileOption> {
        let mut found = BTreeMap::new();
        let known = read("taskvisor/src/app/overrides/known.rs");
        for (file, table, section) in self.tables {
            let source = read(&format!("taskvisor/src/app/option_table/{file}"));
            let rows = between(&source, &format!("const {table}: "), "\n];\n");
            let rows = rows.split_once("\n)];\n").map_or(rows, |(rows, _)| rows);
            for (option, rest) in literals(rows, "row!(") {
                let applies = rest.trim_start_matches([',', ' ', '\n']);
                let applies = applies.split(',').next().unwrap_or_default().to_owned();
                found.insert(option.to_owned(), FileOption { section, applies });
            }
            if known.contains(&format!("switched(names_of({table}))")) {
                let applies = if *table == "JOB" { "NextSubmission" } else { "Restart" };
                found.insert("enabled".to_owned(), FileOption { section, applies: applies.to_owned() });
            }
        }
        found
    }

    /// The options in the table of the README.
    pub(crate) fn readme_options(&self) -> BTreeSet<String> {
        let readme = read("README.md");
        let header = format!("| `{}(…)]` option |", self.attribute.trim_end_matches(']'));
        let (_, rows) = between(&readme, &header, "\n\n").split_once("---|\n").expect("a table has rows");
        let cells = rows.lines().filter_map(|row| row.split('|').nth(1));
        let words = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        words.map(|word| word.trim_end_matches("(…)").to_owned()).collect()
    }

    /// The rows of the table in `docs/operations.md`.
    pub(crate) fn documented_rows(&self) -> Vec<String> {
        let docs = read("docs/operations.md");
        let rows = between(&docs, &format!("| option of `{}` |", self.attribute), "\n\n");
        rows.lines().skip(2).map(ToOwned::to_owned).collect()
    }
}

/// The options that only code sets, with the reason.
pub(crate) fn code_only() -> BTreeMap<String, String> {
    let source = read("taskvisor/src/app/option_table/mod.rs");
    let list = between(&source, "CODE_ONLY: &[(&str, &str)] = &[", "];").to_owned();
    let pairs = literals(&list, "(").filter_map(|(option, rest)| Some((option, rest.split('"').nth(1)?)));
    pairs.map(|(option, reason)| (option.to_owned(), reason.to_owned())).collect()
}

/// The methods `with_…` of all types, without the prefix.
fn builder_methods() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for source in sources_in("taskvisor/src") {
        let parsed = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.path));
        for item in parsed.items {
            let Item::Impl(block) = item else { continue };
            let (None, Type::Path(of)) = (&block.trait_, &*block.self_ty) else { continue };
            let Some(of) = of.path.get_ident() else { continue };
            for item in &block.items {
                let ImplItem::Fn(method) = item else { continue };
                let name = method.sig.ident.to_string();
                if method.sig.receiver().is_none() {
                    continue;
                }
                if let (Visibility::Public(_), Some(option)) = (&method.vis, name.strip_prefix("with_")) {
                    found.entry(of.to_string()).or_default().insert(option.to_owned());
                }
            }
        }
    }
    found
}
