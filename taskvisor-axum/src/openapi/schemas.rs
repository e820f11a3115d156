//! The schemas of the answers.

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{Components, ComponentsBuilder};

use super::{object, variants};
use crate::answer;

/// The schemas of all types that an answer consists of.
pub(super) fn components() -> Components {
    let components = ComponentsBuilder::new();
    let components = with::<answer::StatusAnswer>(components);
    let components = with::<answer::HealthAnswer>(components);
    let components = with::<answer::TaskListAnswer>(components);
    let components = with::<answer::TaskDetailAnswer>(components);
    let components = with::<answer::ControlAnswer>(components);
    let components = with::<answer::SlotListAnswer>(components);
    let components = with::<answer::JobListAnswer>(components);
    let components = with::<answer::JobAnswer>(components);
    let components = with::<answer::GraphAnswer>(components);
    let components = with::<answer::EventAnswer>(components);
    let components = with::<answer::MissedAnswer>(components);
    with::<answer::ErrorAnswer>(components).build()
}

/// Adds the schemas of a type and of those within.
fn with<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut within = Vec::new();
    T::schemas(&mut within);
    components.schema(T::name(), T::schema()).schemas_from_iter(within)
}

/// Adds what the derived schemas lack: fields are never missing, times have a format, and each variant has a meaning.
pub(super) fn complete(document: &mut Value) {
    for (name, schema) in object(&mut document["components"], "schemas") {
        let variants = variants::variants(name);
        if !variants.is_empty() {
            let lines: Vec<_> = variants.iter().map(|(name, text)| variants::line(name, text)).collect();
            let description = schema["description"].as_str().unwrap_or_default();
            schema["description"] = json!(format!("{description}\n\n{}", lines.join("\n")));
        }
        if schema.get("properties").is_some() {
            let properties = object(schema, "properties");
            for (name, property) in properties.iter_mut() {
                complete_property(name, property);
            }
            schema["required"] = properties_of(schema);
        }
        plain_texts(schema);
    }
}

fn properties_of(schema: &Value) -> Value {
    schema["properties"]
        .as_object()
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn complete_property(name: &str, property: &mut Value) {
    if name == "version" {
        property["description"] = json!("The version of the answers.");
    }
    // What the docs of `answer` promise about names.
    let is_time = matches!(name, "now" | "at" | "since" | "until" | "next_attempt" | "next_run" | "last_run")
        || name == "last_progress"
        || name.ends_with("_at");
    if is_time {
        property["format"] = json!("date-time");
    }
}

/// Replaces links of rustdoc by their texts.
fn plain_texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_links(text),
        Value::Array(values) => values.iter_mut().for_each(plain_texts),
        Value::Object(fields) => fields.values_mut().for_each(plain_texts),
        _ => {}
    }
}

fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((name, after)) = link.split_once("`]") else { break };
        let after = after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
            .map_or(after, |(_, after)| after);
        plain += &format!("{before}`{name}`");
        rest = after;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_its_text() {
        for (text, expected) in [
            ("see [`VERSION`](super::VERSION).", "see `VERSION`."),
            ("see [`VERSION`], and [`A`](b).", "see `VERSION`, and `A`."),
            ("a list [`x` of", "a list [`x` of"),
            ("none", "none"),
        ] {
            assert_eq!(without_links(text), expected);
        }
    }
}
