//! The output of an example that prints the time in front of each line.

/// The lines of the example, each with its time in seconds, and without the ids of tasks.
pub(crate) struct Lines(pub(crate) Vec<(f64, String)>);

impl Lines {
    pub(crate) fn parse(stdout: &str) -> Self {
        let line = |line: &str| {
            let (time, text) = line.split_once(" s  ").expect("a line begins with its time");
            let words: Vec<_> = text.split(' ').map(|word| word.split('#').next().unwrap_or(word)).collect();
            (time.parse().expect("a number"), words.join(" "))
        };
        Self(stdout.lines().map(line).collect())
    }

    /// The index of the first line with this beginning.
    #[track_caller]
    pub(crate) fn position(&self, beginning: &str) -> usize {
        let position = self.0.iter().position(|(_, line)| line.starts_with(beginning));
        position.unwrap_or_else(|| panic!("no line `{beginning}`: {:#?}", self.0))
    }

    pub(crate) fn time(&self, beginning: &str) -> f64 {
        self.0[self.position(beginning)].0
    }

    #[track_caller]
    pub(crate) fn expect_order(&self, beginnings: &[&str]) {
        let positions: Vec<_> = beginnings.iter().map(|beginning| self.position(beginning)).collect();
        assert!(positions.is_sorted(), "not in the order {beginnings:?}: {:#?}", self.0);
    }
}
