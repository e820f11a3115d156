//! Requests to the dashboard of one service.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use taskvisor_axum::answer::VERSION;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body, Error, Timeout};

use crate::address::Address;
use crate::error::{RequestError, RequestErrorKind};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest silence of an event stream, which has a comment at least every 10 s. After it, the connection is dead.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(35);

/// The longest answer that is read, in bytes. Those of a dashboard are bounded, but the address may be that of another server.
const MAX_ANSWER: u64 = 64 << 20;

/// How many characters of an answer that is not JSON an error shows.
const EXCERPT: usize = 80;

/// What to do after a refusal that a token may prevent.
const TOKEN_HINT: &str =
    "if the service demands a token, pass it with `--token` or the variable `TASKVISOR_TOKEN`";

/// A connection to one service.
pub(crate) struct Client {
    agent: Agent,
    address: Address,
    authorization: Option<String>,
}

/// The answer to a request that succeeded: an object of JSON in a version that this program knows.
pub(crate) struct Answer {
    url: String,
    text: String,
}

impl Client {
    pub(crate) fn new(address: Address, token: Option<&str>) -> Self {
        let config = Agent::config_builder()
            // Errors have a body with the reason.
            .http_status_as_error(false)
            // A redirect would send the token to another server. None is needed.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A proxy of the environment rarely leads to an internal service, and would see the token.
            .proxy(None)
            .user_agent(concat!("taskvisor/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_send_request(Some(ANSWER_TIMEOUT))
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .build();
        let authorization = token.map(|token| format!("Bearer {token}"));
        Self { agent: config.into(), address, authorization }
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// `GET` of a path with its query, both encoded.
    pub(crate) fn get(&self, path: &str) -> Result<Answer, RequestError> {
        let url = self.address.join(path);
        let mut request = self.agent.get(&url);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.config().timeout_recv_body(Some(ANSWER_TIMEOUT)).build().call();
        self.read_answer(url, response)
    }

    /// `POST` of a path without a body.
    pub(crate) fn post(&self, path: &str) -> Result<Answer, RequestError> {
        let url = self.address.join(path);
        let mut request = self.agent.post(&url).header("taskvisor-control", "taskvisor");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.config().timeout_recv_body(Some(ANSWER_TIMEOUT)).build().send_empty();
        self.read_answer(url, response)
    }

    /// Opens the event stream.
    pub(crate) fn open_events(
        &self,
        query: &str,
        last_event_id: Option<&str>,
    ) -> Result<impl io::Read + use<>, RequestError> {
        let url = self.address.join(&format!("/events{query}"));
        let mut request = self.agent.get(&url).header("accept", "text/event-stream");
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.config().timeout_per_read(Some(SILENCE_TIMEOUT)).build().call();
        let mut response = response.map_err(|error| self.describe(&url, error))?;
        if response.status() != StatusCode::OK {
            let text = read_text(&mut response).map_err(|error| self.describe(&url, error))?;
            return Err(refusal(&url, &response, &text));
        }
        let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        if !media_type.is_some_and(|value| value.starts_with("text/event-stream")) {
            return Err(foreign(&url, "is not an event stream"));
        }
        Ok(response.into_body().into_reader())
    }

    fn read_answer(
        &self,
        url: String,
        response: Result<Response<Body>, Error>,
    ) -> Result<Answer, RequestError> {
        let mut response = response.map_err(|error| self.describe(&url, error))?;
        let text = read_text(&mut response).map_err(|error| self.describe(&url, error))?;
        if !response.status().is_success() {
            return Err(refusal(&url, &response, &text));
        }
        let version = serde_json::from_str::<Value>(&text)
            .ok()
            .and_then(|answer| answer.get("version").and_then(Value::as_u64))
            .ok_or_else(|| {
                foreign(&url, &format!("is not JSON of a dashboard; it begins with `{}`", excerpt(&text)))
            })?;
        check_version(&url, version)?;
        Ok(Answer { url, text })
    }

    /// Explains why there is no answer.
    fn describe(&self, url: &str, error: Error) -> RequestError {
        let address = &self.address;
        let reason = match error {
            Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
                io::ErrorKind::UnexpectedEof => "the connection was closed before the answer".to_owned(),
                _ => error.to_string(),
            },
            Error::HostNotFound => "its host is unknown".to_owned(),
            Error::Timeout(Timeout::Resolve) => "its host was not resolved within 5 s".to_owned(),
            Error::Timeout(Timeout::Connect) => "it did not accept the connection within 5 s".to_owned(),
            Error::Timeout(_) => {
                return RequestError::new(
                    RequestErrorKind::NotReached,
                    format!("`{url}` did not answer within 10 s"),
                )
                .with_hint("the service is overloaded, or another server listens there: check the address with `--url`");
            }
            Error::Protocol(error) => {
                return foreign(url, &format!("is not HTTP ({error})"));
            }
            error => error.to_string(),
        };
        RequestError::new(RequestErrorKind::NotReached, format!("cannot reach `{address}`: {reason}")).with_hint(
            "check that the service runs and serves its dashboard there; pass another address with `--url` or the variable \
             `TASKVISOR_URL`",
        )
    }
}

impl Answer {
    /// The answer as it was sent.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, RequestError> {
        serde_json::from_str(&self.text).map_err(|error| {
            let message = format!(
                "the answer of `{}` has something that this program does not know: {error}",
                self.url
            );
            RequestError::new(RequestErrorKind::BadAnswer, message)
                .with_hint("the service is newer: update this program, or print the answer with `--json`")
        })
    }
}

/// Refuses answers of later versions, in which fields may have other meanings.
pub(crate) fn check_version(url: &str, version: u64) -> Result<(), RequestError> {
    if version <= u64::from(VERSION) {
        return Ok(());
    }
    let message =
        format!("`{url}` answers in version {version}, and this program knows versions up to {VERSION}");
    Err(RequestError::new(RequestErrorKind::BadAnswer, message)
        .with_hint("the service is newer: update this program"))
}

/// Reads the body. Bytes that are not UTF-8 are replaced.
fn read_text(response: &mut Response<Body>) -> Result<String, Error> {
    response.body_mut().with_config().limit(MAX_ANSWER).lossy_utf8(true).read_to_string()
}

/// Explains the refusal of a request by the service, or by a server on the way to it.
fn refusal(url: &str, response: &Response<Body>, text: &str) -> RequestError {
    let status = response.status();
    let kind = RequestErrorKind::Refused(status.as_u16());
    // Not `ErrorAnswer`: a newer service may have codes that this program does not know.
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(message) = answer.pointer("/error/message").and_then(Value::as_str) {
        let mut error = RequestError::new(kind, format!("{message} (status {status}, `{url}`)"));
        let allowed: Vec<_> = answer
            .pointer("/error/allowed")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !allowed.is_empty() {
            error = error.with_hint(format!("possible: {}", allowed.join(", ")));
        } else if status == StatusCode::FORBIDDEN || status == StatusCode::UNAUTHORIZED {
            error = error.with_hint(TOKEN_HINT);
        }
        return error;
    }
    if status.is_redirection() {
        let location =
            response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
        return RequestError::new(kind, format!("`{url}` redirects to `{location}`, which is not followed"))
            .with_hint("pass the address of the dashboard itself with `--url`");
    }
    let reason = if text.trim().is_empty() { String::new() } else { format!(": `{}`", excerpt(text)) };
    let error = RequestError::new(kind, format!("`{url}` answers with status {status}{reason}"));
    // The middleware around a nested router answers in its own words.
    if status == StatusCode::FORBIDDEN || status == StatusCode::UNAUTHORIZED {
        return error.with_hint(TOKEN_HINT);
    }
    error
        .with_hint("check with `--url` that the address is that of the dashboard, with the path under which it is nested")
}

/// The error for an answer that is not that of a dashboard.
fn foreign(url: &str, what: &str) -> RequestError {
    RequestError::new(RequestErrorKind::BadAnswer, format!("the answer of `{url}` {what}"))
        .with_hint("check with `--url` that the address is that of the dashboard, with the path under which it is nested")
}

fn excerpt(text: &str) -> String {
    let line = text.trim_start().lines().next().unwrap_or_default();
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
