//! Parses a file of overrides, so that every section, name and key has a line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lines::Lines;
use super::listed::listed;
use super::origin::OverrideOrigin;
use super::problem::OverrideProblem;
use super::section::Section;
use super::toml_value::convert;
use crate::policy::options::OptionValue;
use crate::sync::nearest::nearest;

/// How many syntax errors are reported: the parser goes on after one, and the later ones may be its consequences.
const MAX_SYNTAX_ERRORS: usize = 8;

/// The options of one section, also of one without options: its name may be wrong.
#[derive(Debug)]
pub(super) struct FileSection {
    pub(super) section: Section,
    /// As it is written. `None` for the sections without a name.
    pub(super) name: Option<String>,
    pub(super) origin: OverrideOrigin,
    pub(super) entries: Vec<OverrideEntry>,
}

/// One option of a section.
#[derive(Debug)]
pub(super) struct OverrideEntry {
    pub(super) key: String,
    pub(super) value: OptionValue,
    pub(super) origin: OverrideOrigin,
}

/// Parses the text of the file that `origin` names.
///
/// With a syntax error no section is returned, because the rest of the text may have another meaning than its author intended.
pub(super) fn parse(text: &str, origin: &OverrideOrigin) -> (Vec<FileSection>, Vec<OverrideProblem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut parser = Parser { lines: Lines::new(text), origin, sections: Vec::new(), problems: Vec::new() };
    if errors.is_empty() {
        parser.root(table.get_ref());
    } else {
        parser.syntax_errors(&errors, text.len());
    }
    (parser.sections, parser.problems)
}

type Key<'a> = Spanned<toml::de::DeString<'a>>;

struct Parser<'a> {
    lines: Lines<'a>,
    origin: &'a OverrideOrigin,
    sections: Vec<FileSection>,
    problems: Vec<OverrideProblem>,
}

impl Parser<'_> {
    fn origin_of(&self, key: &Key<'_>) -> OverrideOrigin {
        self.origin.at_line(self.lines.line(key.span().start))
    }

    fn report(&mut self, key: &Key<'_>, reason: String) {
        self.problems.push(OverrideProblem::new(self.origin_of(key), reason));
    }

    /// Reports the first error of each line.
    fn syntax_errors(&mut self, errors: &[toml::de::Error], end: usize) {
        let place =
            |error: &toml::de::Error| self.lines.line_and_column(error.span().map_or(end, |span| span.start));
        let mut places: Vec<_> = errors.iter().map(|error| (place(error), error.message())).collect();
        places.sort_unstable();
        places.dedup_by_key(|((line, _), _)| *line);
        let problems = places.into_iter().take(MAX_SYNTAX_ERRORS);
        self.problems.extend(problems.map(|((line, column), message)| {
            OverrideProblem::new(self.origin.at_column(line, column), format!("not TOML: {message}"))
        }));
    }

    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            match (Section::from_word(key.get_ref()), value.get_ref()) {
                (Some(section), DeValue::Table(table)) if section.is_named() => self.names(section, table),
                (Some(section), DeValue::Table(table)) => self.section(section, None, key, table),
                (Some(section), value) => self.report(key, not_a_section(section, None, value)),
                (None, value) => self.report(key, unknown_section(key.get_ref(), value)),
            }
        }
    }

    /// The tables below `task`, `job` or `subscriber`.
    fn names(&mut self, section: Section, table: &DeTable<'_>) {
        for (name, value) in table {
            match value.get_ref() {
                DeValue::Table(table) => self.section(section, Some(name.get_ref()), name, table),
                value => self.report(name, not_a_section(section, Some(name.get_ref()), value)),
            }
        }
    }

    fn section(&mut self, section: Section, name: Option<&str>, header: &Key<'_>, table: &DeTable<'_>) {
        let mut entries = Vec::new();
        for (key, value) in table {
            match convert(value.get_ref()) {
                Ok(value) => {
                    let (key, origin) = (key.get_ref().to_string(), self.origin_of(key));
                    entries.push(OverrideEntry { key, value, origin });
                }
                Err(reason) => self.report(key, format!("`{}`: {reason}", key.get_ref())),
            }
        }
        let origin = self.origin_of(header);
        self.sections.push(FileSection { section, name: name.map(str::to_owned), origin, entries });
    }
}

/// The reason for a value where a section must be: an option without a name, or a header with two brackets.
fn not_a_section(section: Section, name: Option<&str>, value: &DeValue<'_>) -> String {
    let header = section.header(name);
    match (value, name) {
        (DeValue::Array(_), _) => {
            format!("expected one section, found a list; write {header}, in single brackets")
        }
        // `[task]` followed by `timeout = "2s"`.
        (_, Some(key)) => format!(
            "`{key}` is an option without a {section}; write it below {}, or below [defaults] for all",
            section.header(None)
        ),
        (_, None) => format!("`{section}` is a section, and has no value; write {header}"),
    }
}

fn unknown_section(word: &str, value: &DeValue<'_>) -> String {
    if !value.is_table() && !value.is_array() {
        return format!(
            "`{word}` is an option outside of a section; write it below [defaults], [task.NAME] or [main]"
        );
    }
    let words = || Section::ALL.into_iter().map(Section::word);
    match nearest(word, words()) {
        Some(near) => format!("unknown section `{word}`; did you mean `{near}`?"),
        None => format!("unknown section `{word}`; the sections are {}", listed(words())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn file() -> OverrideOrigin {
        OverrideOrigin::file(Path::new("t.toml"))
    }

    /// Each entry as one line.
    fn entries(text: &str) -> Vec<String> {
        let (sections, problems) = parse(text, &file());
        assert_eq!(problems, []);
        let of_section = |section: FileSection| {
            let header = section.section.header(section.name.as_deref());
            let line = move |entry: OverrideEntry| {
                format!("{}: {header} {} = {}", entry.origin, entry.key, entry.value)
            };
            section.entries.into_iter().map(line).collect::<Vec<_>>()
        };
        sections.into_iter().flat_map(of_section).collect()
    }

    fn problems(text: &str) -> Vec<String> {
        let mut problems = parse(text, &file()).1;
        problems.sort();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_option_has_its_line() {
        let text = r#"
[defaults]
timeout = "10s"
[task.poll_feed]
timeout = "2s"
backoff = { kind = "exp", max = "1m" }
enabled = false
[job.sync_tenant]
max_concurrent = 4
[subscriber.audit]
capacity = 16
[main]
grace = "40s"
"#;
        let expected = [
            "t.toml:3: [defaults] timeout = 10s",
            "t.toml:9: [job.sync_tenant] max_concurrent = 4",
            "t.toml:13: [main] grace = 40s",
            "t.toml:11: [subscriber.audit] capacity = 16",
            r#"t.toml:6: [task.poll_feed] backoff = { kind = "exp", max = "1m" }"#,
            "t.toml:7: [task.poll_feed] enabled = false",
            "t.toml:5: [task.poll_feed] timeout = 2s",
        ];
        assert_eq!(entries(text), expected);
    }

    #[test]
    fn quoted_and_dotted_names_are_read() {
        let text = "\u{feff}task.\"poll/feed\".delay = 1\r\n[task.\"a.b\"]\r\ndelay = 2\r\n[job]\nc = { delay = 3 }\n";
        let expected = [
            "t.toml:5: [job.c] delay = 3",
            "t.toml:3: [task.\"a.b\"] delay = 2",
            "t.toml:1: [task.\"poll/feed\"] delay = 1",
        ];
        assert_eq!(entries(text), expected);
    }

    #[test]
    fn a_section_without_options_is_kept() {
        let (sections, problems) = parse("[task.ping]\n", &file());
        assert_eq!((sections.len(), problems.len()), (1, 0));
        assert_eq!(sections[0].name.as_deref(), Some("ping"));
        assert_eq!(sections[0].origin.to_string(), "t.toml:1");
    }

    #[test]
    fn an_empty_file_overrides_nothing() {
        assert_eq!(entries(""), [""; 0]);
        assert_eq!(entries("# nothing\n"), [""; 0]);
    }

    #[test]
    fn misplaced_options_and_sections_are_reported() {
        let text = r#"
timeout = "2s"
job = 4
[tasks.ping]
delay = "1s"
[task]
delay = "1s"
[[task.ping]]
[widgets]
[main]
grace = 1979-05-27
"#;
        let expected = [
            "t.toml:2: `timeout` is an option outside of a section; write it below [defaults], [task.NAME] or [main]",
            "t.toml:3: `job` is a section, and has no value; write [job.NAME]",
            "t.toml:4: unknown section `tasks`; did you mean `task`?",
            "t.toml:7: `delay` is an option without a task; write it below [task.NAME], or below [defaults] for all",
            "t.toml:8: expected one section, found a list; write [task.ping], in single brackets",
            "t.toml:9: unknown section `widgets`; the sections are `defaults`, `task`, `job`, `subscriber` and `main`",
            "t.toml:11: `grace`: `1979-05-27` is a date, and no option has one; put a text in quotes",
        ];
        assert_eq!(problems(text), expected);
    }

    #[test]
    fn syntax_errors_have_line_and_column() {
        let text = "[task.ping]\ndelay = 10s\n[task.ping]\n[main]\ngrace = \"1s\"\ngrace = \"2s\"\n[[\n";
        let expected = [
            "t.toml:2:9: not TOML: string values must be quoted, expected literal string",
            "t.toml:3:7: not TOML: duplicate key",
            "t.toml:6:1: not TOML: duplicate key",
            "t.toml:7:3: not TOML: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`",
        ];
        assert_eq!(problems(text), expected);
    }

    #[test]
    fn at_most_eight_syntax_errors_are_reported() {
        assert_eq!(problems(&"a = x\n".repeat(100)).len(), MAX_SYNTAX_ERRORS);
    }

    #[test]
    fn deep_nesting_of_any_kind_is_an_error() {
        let deep = "a.".repeat(50_000);
        for text in [
            format!("[task.x]\n{deep}b = 1"),
            format!("[{deep}b]\nc = 1"),
            format!("[task.x]\nb = {{ {deep}b = 1 }}"),
            "[".repeat(100_000),
            format!("a = {}", "{a=".repeat(50_000)),
        ] {
            assert_eq!(problems(&text).len(), 1);
        }
    }

    #[test]
    fn arbitrary_text_never_panics() {
        let parts = [
            "[", "]", "task", ".", "\"", "=", "{", "}", "\n", "1", "'", "\\", "\u{feff}", "é", ",", "#",
            "\0", "a",
        ];
        let mut state = 1_u32;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..state % 13 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(parts[(state >> 16) as usize % parts.len()]);
            }
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let _ = parse(&text, &file());
        }
    }
}
