//! `openapi.json` as a judge of real answers.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::{Value, json};

use crate::support::{Answer, exchange};

/// The committed file, which the server serves.
pub(crate) const COMMITTED: &str = include_str!("../../openapi.json");

/// Where the schemas are for the validator, which loads nothing.
const PLACE: &str = "http://localhost/openapi.json";

/// The description, and which parts of it were seen in answers.
pub(crate) struct Description {
    document: Value,
    compiler: Compiler,
    schemas: Schemas,
    seen: BTreeSet<String>,
}

impl Description {
    pub(crate) fn committed() -> Self {
        let document: Value = serde_json::from_str(COMMITTED).expect("it is JSON");
        let mut strict = document.clone();
        // Clients must ignore fields that they do not know, but the server must not send any that it does not describe.
        for schema in strict["components"]["schemas"].as_object_mut().expect("an object").values_mut() {
            if schema.get("properties").is_some() {
                schema["additionalProperties"] = json!(false);
            }
        }
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(PLACE, strict).expect("it has no other id");
        Self { document, compiler, schemas: Schemas::new(), seen: BTreeSet::new() }
    }

    /// Checks an answer to a path as the description writes it.
    pub(crate) fn check(&mut self, method: &str, path: &str, answer: &Answer) {
        let (method, status) = (method.to_lowercase(), answer.status.to_string());
        let described = &self.document["paths"][path][&method]["responses"][&status];
        let contents =
            described["content"].as_object().unwrap_or_else(|| panic!("{path} describes no {answer:?}"));
        let [(kind, _)] = Vec::from_iter(contents)[..] else { panic!("{path} has one content for {status}") };
        let sent = answer.header("content-type").unwrap_or_default();
        assert_eq!(sent.split(';').next(), Some(kind.as_str()), "{path}");
        if let Some(allow) = described.get("headers").and_then(|headers| headers.get("allow")) {
            assert!(allow.is_object() && answer.header("allow").is_some(), "{path}: {answer:?}");
        }
        let mut part = format!("{method} {path} {status}");
        if kind == "application/json" {
            let body: Value = answer.json();
            let pointer = path.replace('~', "~0").replace('/', "~1");
            let content =
                format!("/paths/{pointer}/{method}/responses/{status}/content/application~1json/schema");
            self.validate(&content, &body);
            if let Some(code) = body.get("error").and_then(|error| error["code"].as_str()) {
                part += &format!(" {code}");
                self.see_code(code);
            }
        }
        self.seen.insert(part);
    }

    /// Checks an error that each path can be answered with.
    pub(crate) fn check_error(&mut self, answer: &Answer) {
        let body = answer.json();
        self.validate("/components/schemas/ErrorAnswer", &body);
        self.see_code(body["error"]["code"].as_str().expect("it is valid"));
    }

    /// Checks the data of a message.
    pub(crate) fn check_message(&mut self, schema: &str, data: &str) {
        let data = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"));
        self.validate(&format!("/components/schemas/{schema}"), &data);
        self.seen.insert(format!("message {schema}"));
    }

    fn see_code(&mut self, code: &str) {
        self.seen.insert(format!("code {code}"));
    }

    fn validate(&mut self, pointer: &str, value: &Value) {
        // A pointer within an URL: the braces of `{name}` are not permitted in it.
        let pointer = pointer.replace('{', "%7B").replace('}', "%7D");
        let place = format!("{PLACE}#{pointer}");
        let index: SchemaIndex = self
            .compiler
            .compile(&place, &mut self.schemas)
            .unwrap_or_else(|error| panic!("{place}: {error:#}"));
        if let Err(error) = self.schemas.validate(value, index) {
            panic!("{pointer} does not permit {value:#}: {error:#}");
        }
    }

    /// What is described and was not seen.
    pub(crate) fn unseen(&self) -> Vec<String> {
        let mut parts = vec!["message EventAnswer".to_owned(), "message MissedAnswer".to_owned()];
        let codes = self.document["components"]["schemas"]["ErrorCode"]["enum"].as_array().expect("an enum");
        parts.extend(codes.iter().map(|code| format!("code {}", code.as_str().expect("a text"))));
        for (path, methods) in self.document["paths"].as_object().expect("an object") {
            for (method, operation) in methods.as_object().expect("an object") {
                for (status, response) in operation["responses"].as_object().expect("an object") {
                    let part = format!("{method} {path} {status}");
                    let codes = codes_of(response);
                    parts.extend(codes.iter().map(|code| format!("{part} {code}")));
                    parts.extend(codes.is_empty().then_some(part));
                }
            }
        }
        parts.retain(|part| !self.seen.contains(part));
        parts
    }

    /// What was seen and is not described: a code that an answer does not list.
    pub(crate) fn undescribed(&self) -> Vec<&str> {
        let is_described = |part: &&String| {
            let [method, path, status, code] = part.split(' ').collect::<Vec<_>>()[..] else { return true };
            let response = &self.document["paths"][path][method]["responses"][status];
            codes_of(response).iter().any(|described| described == code)
        };
        self.seen.iter().filter(|part| !is_described(part)).map(String::as_str).collect()
    }
}

/// The codes that the description of an answer lists.
fn codes_of(response: &Value) -> Vec<String> {
    let text = response["description"].as_str().expect("each answer has a description");
    let codes = text.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`'));
    codes.map(|(code, _)| code.to_owned()).collect()
}

/// A client that checks each answer.
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) description: Description,
}

impl Client {
    pub(crate) async fn get(&mut self, described: &str, path: &str, status: u16) -> Answer {
        self.send("GET", described, path, &[], "", status).await
    }

    pub(crate) async fn post(&mut self, path: &str, headers: &[&str], body: &str, status: u16) -> Answer {
        self.send("POST", "/tasks/{name}/{action}", path, headers, body, status).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        described: &str,
        path: &str,
        headers: &[&str],
        body: &str,
        status: u16,
    ) -> Answer {
        let answer = request(self.address, method, path, headers, body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        self.description.check(method, described, &answer);
        answer
    }

    /// Sends a request that every path answers with an error.
    pub(crate) async fn refused(&mut self, method: &str, path: &str, status: u16) {
        let answer = request(self.address, method, path, &[], "").await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        self.description.check_error(&answer);
    }
}

async fn request(address: SocketAddr, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
    let length = body.len();
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n"
    );
    for header in headers {
        request += &format!("{header}\r\n");
    }
    exchange(&address.to_string(), &format!("{request}\r\n{body}")).await
}
