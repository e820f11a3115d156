//! The docs of the variants of the enums in the answers. utoipa lists only their names, which say too little.

/// The sources with enums.
const SOURCES: [&str; 6] = [
    include_str!("../answer/attention.rs"),
    include_str!("../answer/error.rs"),
    include_str!("../answer/graph.rs"),
    include_str!("../answer/job.rs"),
    include_str!("../answer/status.rs"),
    include_str!("../answer/task.rs"),
];

/// The variants of an enum, as the answers write them, with their docs. Empty for a struct.
pub(super) fn variants(name: &str) -> Vec<(String, String)> {
    let head = format!("pub enum {name} {{\n");
    let Some((_, body)) = SOURCES.iter().find_map(|source| source.split_once(&head)) else {
        return Vec::new();
    };
    let mut variants = Vec::new();
    let mut docs = Vec::new();
    for line in body.lines().map(str::trim).take_while(|line| *line != "}") {
        match line.strip_prefix("/// ") {
            Some(text) => docs.push(text),
            None => {
                variants.push((snake_case(line.trim_end_matches(',')), std::mem::take(&mut docs).join(" ")))
            }
        }
    }
    variants
}

/// A line of a list in a description.
pub(super) fn line(name: &str, text: &str) -> String {
    format!("- `{name}`: {text}")
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_is_found_with_its_docs() {
        let states = [("live", "It waits, runs, or backs off."), ("ended", "It has ended.")];
        let expected: Vec<_> = states.map(|(name, docs)| (name.to_owned(), docs.to_owned())).into();
        assert_eq!(variants("JobState"), expected);
        assert!(variants("PhaseName").iter().any(|(name, _)| name == "backing_off"));
        assert_eq!(variants("TaskAnswer"), []);
    }
}
