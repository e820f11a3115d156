//! The options of each section.

use super::section::Section;
use crate::app::option_table::CODE_ONLY;
use crate::sync::nearest::nearest;

/// Returns the names of the options of a section.
pub(in crate::app) type KnownOptions = fn(Section) -> &'static [&'static str];

/// Returns the name of the option, or the reason why the section has none of this name. `header` is the section in words.
pub(super) fn known_option(
    known: KnownOptions,
    section: Section,
    header: &str,
    written: &str,
) -> Result<&'static str, String> {
    let options = known(section);
    if let Some(option) = options.iter().find(|option| **option == written) {
        return Ok(option);
    }
    let unknown = format!("{header} has no option `{written}`");
    if let Some((_, reason)) = CODE_ONLY.iter().find(|(option, _)| *option == written) {
        return Err(format!(
            "`{written}` is set in the source only, because {reason}: remove it from {header}"
        ));
    }
    if let Some(near) = nearest(written, options.iter().copied()) {
        return Err(format!("{unknown}; did you mean `{near}`?"));
    }
    if let Some(other) = Section::ALL.into_iter().find(|other| known(*other).contains(&written)) {
        return Err(format!("{unknown}; write it below {}", other.header(None)));
    }
    // All of them: this is the only place that lists the options of a section at run time.
    Err(format!("{unknown}; its options are `{}`", options.join("`, `")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A table of options for tests.
    pub(in crate::app::overrides) fn known(section: Section) -> &'static [&'static str] {
        match section {
            Section::Defaults => &["timeout", "backoff"],
            Section::Task => &["timeout", "backoff", "enabled", "needs"],
            Section::Job => &["timeout", "backoff", "max_concurrent"],
            Section::Subscriber => &["capacity"],
            Section::Main => &["grace"],
        }
    }

    #[test]
    fn an_unknown_option_says_what_to_write() {
        let unknown = |section: Section, written: &str| {
            known_option(known, section, "it", written).expect_err("the option is unknown")
        };
        assert_eq!(known_option(known, Section::Task, "it", "timeout"), Ok("timeout"));
        assert_eq!(unknown(Section::Task, "timout"), "it has no option `timout`; did you mean `timeout`?");
        assert_eq!(unknown(Section::Task, "Timeout"), "it has no option `Timeout`; did you mean `timeout`?");
        assert_eq!(unknown(Section::Task, "grace"), "it has no option `grace`; write it below [main]");
        assert_eq!(
            unknown(Section::Job, "color"),
            "it has no option `color`; its options are `timeout`, `backoff`, `max_concurrent`"
        );
    }
}
