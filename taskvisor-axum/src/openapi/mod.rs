//! Describes the answers as OpenAPI 3.1, for the tests of this crate: users read the committed `openapi.json`.
//!
//! | file | contains |
//! |---|---|
//! | `paths.rs` | the table of the paths |
//! | `schemas.rs` | the schemas of the answer types, which utoipa derives |
//! | `variants.rs` | the docs of the variants of enums, which utoipa leaves out |

mod paths;
mod schemas;
mod variants;

use serde_json::Value;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::info::InfoBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::openapi::{OpenApiBuilder, Ref, RefOr, Response};

use self::paths::{Content, Path};
use crate::answer::ErrorCode;
use crate::refusal::Refusal;

const DESCRIPTION: &str = "\
The state of a service that taskvisor supervises. The paths are relative to the place of the server, which an application may nest.

Each answer as JSON is one object with the field `version`. A release that removes a field, or changes its meaning, increments it; new \
fields do not, so that a client must ignore fields that it does not know. A field without a value is `null`, never missing. Times are \
those of the server's wall clock, in UTC. Ids are unique in the life of the process. A `GET` of a path without parameters ignores the \
query; otherwise, unknown parameters are refused.

`HEAD` is answered wherever `GET` is. Every other path is answered with 404 `unknown_path`, every other method with 405 \
`method_not_allowed` and the header `allow`, and a path that is no UTF-8 with 400 `bad_parameter`: each as an `ErrorAnswer`. Only what \
is no HTTP, or longer than a server accepts at all, is answered without JSON.";

/// The text of `openapi.json`.
#[must_use]
pub fn openapi() -> String {
    let mut paths = PathsBuilder::new();
    for path in paths::paths() {
        let method = if path.is_post { HttpMethod::Post } else { HttpMethod::Get };
        paths = paths.path(path.path, PathItem::new(method, operation(path)));
    }
    let info = InfoBuilder::new()
        .title("taskvisor")
        .version(crate::answer::VERSION.to_string())
        .description(Some(DESCRIPTION));
    let document =
        OpenApiBuilder::new().info(info.build()).paths(paths.build()).components(Some(schemas::components()));
    let mut document =
        serde_json::to_value(document.build()).expect("the document has no other keys than texts");
    schemas::complete(&mut document);
    format!("{document:#}\n")
}

fn operation(path: Path) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(path.id))
        .summary(Some(path.summary))
        .description(path.description)
        .parameters(Some(path.parameters));
    for (status, description, content) in path.answers {
        operation = operation.response(status.to_string(), answer(description, content));
    }
    let mut statuses: Vec<u16> = path.errors.iter().copied().map(status_of).collect();
    statuses.dedup();
    for status in statuses {
        let codes = path.errors.iter().copied().filter(|code| status_of(*code) == status);
        operation = operation.response(status.to_string(), refusal(status, codes));
    }
    if path.is_post {
        let no_fields = ObjectBuilder::new()
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
            .build();
        let content = ContentBuilder::new().schema(Some(no_fields)).build();
        let body = RequestBodyBuilder::new()
            .description(Some("Empty, or `{}`."))
            .content("application/json", content);
        operation = operation.request_body(Some(body.build()));
    }
    operation.build()
}

fn answer(description: &str, content: Content) -> Response {
    let (kind, schema): (_, RefOr<Schema>) = match content {
        Content::Json(name) => ("application/json", Ref::from_schema_name(name).into()),
        Content::AnyJson => {
            ("application/json", ObjectBuilder::new().schema_type(Type::Object).build().into())
        }
        Content::Text(kind) => (kind, ObjectBuilder::new().schema_type(Type::String).build().into()),
    };
    ResponseBuilder::new()
        .description(description)
        .content(kind, ContentBuilder::new().schema(Some(schema)).build())
        .build()
}

fn refusal(status: u16, codes: impl Iterator<Item = ErrorCode>) -> Response {
    let lines: Vec<_> = codes.map(|code| variants::line(&label(code), &meaning(code))).collect();
    let mut response = answer(&lines.join("\n"), Content::Json("ErrorAnswer"));
    if status == 405 {
        let allow = HeaderBuilder::new().description(Some("The methods that the path has, if any.")).build();
        response.headers.insert("allow".to_owned(), allow);
    }
    response
}

fn status_of(code: ErrorCode) -> u16 {
    Refusal::new(code, "").status().as_u16()
}

/// The name of a code in the answers.
fn label(code: ErrorCode) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|label| label.as_str().map(str::to_owned))
        .expect("a unit variant")
}

/// The docs of a code, without its status.
fn meaning(code: ErrorCode) -> String {
    let documented = variants::variants("ErrorCode");
    let (_, text) = documented.into_iter().find(|(name, _)| *name == label(code)).expect("it has docs");
    text.split_once(": ").map(|(_, meaning)| meaning.to_owned()).expect("the docs begin with the status")
}

/// The object behind a key.
fn object<'a>(value: &'a mut Value, key: &str) -> &'a mut serde_json::Map<String, Value> {
    value[key].as_object_mut().unwrap_or_else(|| panic!("`{key}` is an object"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_describes_the_paths_that_are_listed_to_clients() {
        let described: Vec<_> = paths::paths().iter().map(|path| path.path).collect();
        assert_eq!(described, crate::routes::PATHS);
    }
}
