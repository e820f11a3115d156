//! The sections of a file, which are also the second part of a variable's name.

use std::fmt;

/// What an option applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::app) enum Section {
    /// All tasks and jobs that leave the option out.
    Defaults,
    /// The task of a name.
    Task,
    /// The job of a name.
    Job,
    /// The subscriber of a name.
    Subscriber,
    /// The application.
    Main,
}

impl Section {
    pub(in crate::app) const ALL: [Self; 5] =
        [Self::Defaults, Self::Task, Self::Job, Self::Subscriber, Self::Main];

    /// The word in a file.
    pub(in crate::app) fn word(self) -> &'static str {
        match self {
            Self::Defaults => "defaults",
            Self::Task => "task",
            Self::Job => "job",
            Self::Subscriber => "subscriber",
            Self::Main => "main",
        }
    }

    /// Whether the section is of one declaration, as in `[task.NAME]`.
    pub(in crate::app) fn is_named(self) -> bool {
        match self {
            Self::Task | Self::Job | Self::Subscriber => true,
            Self::Defaults | Self::Main => false,
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.word() == word)
    }

    /// The header of the section, with a name that needs quotes in quotes.
    pub(in crate::app) fn header(self, name: Option<&str>) -> String {
        match name {
            None if self.is_named() => format!("[{self}.NAME]"),
            None => format!("[{self}]"),
            Some(name) if is_bare(name) => format!("[{self}.{name}]"),
            // The escapes of Rust are escapes of TOML for all but control characters, which no sensible name has.
            Some(name) => format!("[{self}.{name:?}]"),
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Whether TOML accepts the key without quotes.
fn is_bare(key: &str) -> bool {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    !key.is_empty() && key.chars().all(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_names_its_section() {
        for section in Section::ALL {
            assert_eq!(Section::from_word(section.word()), Some(section));
        }
        assert_eq!(Section::from_word("Task"), None);
    }

    #[test]
    fn headers_quote_names_that_need_it() {
        assert_eq!(Section::Defaults.header(None), "[defaults]");
        assert_eq!(Section::Task.header(None), "[task.NAME]");
        assert_eq!(Section::Task.header(Some("poll-feed_2")), "[task.poll-feed_2]");
        assert_eq!(Section::Job.header(Some("poll/feed")), r#"[job."poll/feed"]"#);
        assert_eq!(Section::Job.header(Some("a.b")), r#"[job."a.b"]"#);
    }
}
