//! Each option has one name, and is everywhere: in its attribute, its builder, the files and variables, the README and the table of all
//! options in `docs/operations.md`. An option that is missing somewhere without a reason below fails, with the place to add it.

use std::collections::BTreeSet;

use super::option_sources::{FileOption, KINDS, Kind, code_only};

/// Options that an attribute lacks on purpose: the kind, the option, the reason.
const NO_ATTRIBUTE: &[(&str, &str, &str)] = &[
    ("#[task]", "enabled", "a declaration that never runs is deleted"),
    ("#[job]", "enabled", "a declaration that never runs is deleted"),
    ("#[subscriber]", "enabled", "a declaration that never runs is deleted"),
    ("#[taskvisor::main]", "backoff", "the default of all tasks is set in the setup"),
    ("#[taskvisor::main]", "max_failures", "the default of all tasks is set in the setup"),
    ("#[taskvisor::main]", "max_retries", "the default of all tasks is set in the setup"),
    ("#[taskvisor::main]", "restart", "the default of all tasks is set in the setup"),
    ("#[taskvisor::main]", "timeout", "the default of all tasks is set in the setup"),
    ("#[taskvisor::main]", "metric_names", "the names are known at run time"),
    ("#[taskvisor::main]", "recent_jobs", "few applications need it"),
    ("#[taskvisor::main]", "recovery_spread", "few applications need it"),
    ("#[taskvisor::main]", "simulated_date", "only tests need it"),
];

/// Options that a builder lacks on purpose, or that one of its methods sets under another name.
const OTHER_METHOD: &[(&str, &str, &str)] = &[
    ("#[task]", "burst", "`with_rate_limit`"),
    ("#[task]", "enabled", "`app.disable`"),
    ("#[task]", "name", "`TaskFn::arc`"),
    ("#[job]", "burst", "`with_rate_limit`"),
    ("#[job]", "enabled", "`app.disable`"),
    ("#[job]", "interrupt_on_loss", "no"),
    ("#[job]", "name", "no"),
    ("#[job]", "needs", "no"),
    ("#[job]", "slot", "`with_slot` of a submission"),
    ("#[subscriber]", "enabled", "`app.disable`"),
    ("#[subscriber]", "on", "`with_events`"),
    ("#[subscriber]", "task", "`with_tasks`"),
    ("#[taskvisor::main]", "crates", "no"),
    ("#[taskvisor::main]", "critical", "`with_critical` of a task"),
    ("#[taskvisor::main]", "flavor", "no"),
    ("#[taskvisor::main]", "worker_threads", "no"),
];

/// Options that files lack on purpose, besides those of `CODE_ONLY`.
const NO_FILE: &[(&str, &str, &str)] = &[
    ("#[job]", "interrupt_on_loss", "it belongs to `needs`"),
    ("#[job]", "needs", "each submission links its tasks"),
    ("#[taskvisor::main]", "critical", "it is an option of each task"),
    ("#[taskvisor::main]", "metric_names", "the tasks are added by code"),
    ("#[taskvisor::main]", "simulated_date", "only tests need it"),
];

fn reason(list: &'static [(&str, &str, &str)], kind: &Kind, option: &str) -> Option<&'static str> {
    list.iter().find(|(of, name, _)| *of == kind.attribute && *name == option).map(|(.., reason)| *reason)
}

/// The methods whose names are not those of their options.
fn is_other_method(kind: &Kind, method: &str) -> bool {
    let quoted = format!("`with_{method}`");
    OTHER_METHOD.iter().any(|(of, _, name)| *of == kind.attribute && *name == quoted)
        && method != "rate_limit"
}

/// All options of a kind, from all places.
fn all_options(kind: &Kind) -> BTreeSet<String> {
    let builder = kind.builder_options().into_iter().filter(|method| !is_other_method(kind, method));
    let code = kind.attribute_options().into_iter().chain(builder);
    code.chain(kind.file_options().into_keys()).collect()
}

fn when(FileOption { applies, .. }: &FileOption) -> &'static str {
    match applies.as_str() {
        "NextAttempt" => "at the next attempt",
        "NextSubmission" => "to later submissions",
        "Restart" => "after a restart",
        other => panic!("`Applies::{other}` is unknown: add it to `tests/tests/structure/options.rs`"),
    }
}

/// The row of the documentation, from the sources.
fn row(kind: &Kind, option: &str) -> String {
    let attribute = if kind.attribute_options().contains(option) { "yes" } else { "no" };
    let method = if kind.builder_options().contains(option) {
        format!("`with_{option}`")
    } else {
        reason(OTHER_METHOD, kind, option).unwrap_or("no").to_owned()
    };
    let (files, code_only) = (kind.file_options(), code_only());
    let (file, applies) = match files.get(option) {
        Some(found) => (format!("`{}`", found.section), when(found)),
        None => {
            let reason = code_only.get(option).map(String::as_str).or(reason(NO_FILE, kind, option));
            (format!("no: {}", reason.unwrap_or_default()), "")
        }
    };
    format!("| `{option}` | {attribute} | {method} | {file} | {applies} |")
}

#[test]
fn every_option_is_everywhere_or_has_a_reason() {
    let mut missing = Vec::new();
    for kind in &KINDS {
        let (attribute, builder) = (kind.attribute_options(), kind.builder_options());
        let (files, readme, code_only) = (kind.file_options(), kind.readme_options(), code_only());
        for option in all_options(kind) {
            let mut add = |place: String| {
                missing.push(format!("`{option}` of `{}`: add it to {place}", kind.attribute))
            };
            if !attribute.contains(&option) && reason(NO_ATTRIBUTE, kind, &option).is_none() {
                add(format!("the grammar in `{}`, or to `NO_ATTRIBUTE`", kind.attribute_file()));
            }
            if !builder.contains(&option) && reason(OTHER_METHOD, kind, &option).is_none() {
                add(format!("the methods of `{}`, as `with_{option}`, or to `OTHER_METHOD`", kind.builder));
            }
            let is_excused = code_only.contains_key(&option) || reason(NO_FILE, kind, &option).is_some();
            if !files.contains_key(&option) && !is_excused {
                let file = kind.tables[0].0;
                add(format!(
                    "the rows of `taskvisor/src/app/option_table/{file}`, or to `CODE_ONLY`, or to `NO_FILE`"
                ));
            }
            if attribute.contains(&option) && !readme.contains(&option) {
                add("its table in `README.md`".to_owned());
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn the_documentation_has_a_row_for_every_option() {
    let mut wrong = Vec::new();
    for kind in &KINDS {
        let expected: Vec<_> = all_options(kind).iter().map(|option| row(kind, option)).collect();
        let documented = kind.documented_rows();
        let place = format!("the table of `{}` in `docs/operations.md`", kind.attribute);
        wrong.extend(
            expected
                .iter()
                .filter(|row| !documented.contains(row))
                .map(|row| format!("add to {place}:\n{row}")),
        );
        wrong.extend(
            documented
                .iter()
                .filter(|row| !expected.contains(row))
                .map(|row| format!("remove from {place}:\n{row}")),
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_reason_is_still_needed() {
    let mut stale = Vec::new();
    for kind in &KINDS {
        let (attribute, builder, files) =
            (kind.attribute_options(), kind.builder_options(), kind.file_options());
        let all = all_options(kind);
        let of = |list: &'static [(&str, &str, &str)]| {
            list.iter().filter(|(of, ..)| *of == kind.attribute).map(|(_, option, _)| *option)
        };
        let mut check = |list: &str, option: &str, is_present: bool| {
            if is_present || !all.contains(option) {
                stale.push(format!("`{option}` of `{}`: remove it from `{list}`", kind.attribute));
            }
        };
        of(NO_ATTRIBUTE).for_each(|option| check("NO_ATTRIBUTE", option, attribute.contains(option)));
        of(OTHER_METHOD).for_each(|option| check("OTHER_METHOD", option, builder.contains(option)));
        of(NO_FILE).for_each(|option| check("NO_FILE", option, files.contains_key(option)));
    }
    let every: BTreeSet<_> = KINDS.iter().flat_map(all_options).collect();
    for option in code_only().into_keys().filter(|option| option != "crate" && !every.contains(option)) {
        stale.push(format!("`{option}`: remove it from `CODE_ONLY`"));
    }
    assert!(stale.is_empty(), "\n{}", stale.join("\n"));
}
