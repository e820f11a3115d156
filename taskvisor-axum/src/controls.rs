//! The permission to control tasks.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use taskvisor::Operation;

use crate::failure::bounded_to;

/// The longest label of an operator, in bytes. Each event of an operation keeps it.
const MAX_LABEL: usize = 256;

/// A request to control a task, as the closure of [`Dashboard::with_controls`](crate::Dashboard::with_controls) reads it.
///
/// The closure decides about each `POST /tasks/{name}/{action}` that is well-formed. `Some(label)` permits it, and the label becomes `by`
/// of the event [`Operated`](taskvisor::EventKind::Operated), cut at 256 bytes. `None` refuses it with 403. If the closure panics, the
/// request is refused with 403 too; the process goes on, unless it aborts at panics. In both cases nothing has changed.
///
/// The closure is called on a thread of the runtime, and must not block. A longer check, such as a request to another service, belongs in a
/// middleware of the application around [`router`](crate::router), which passes its result on in the [`extensions`](Self::extensions).
///
/// # What is checked before
///
/// The action exists, the query is empty, the request has the header `taskvisor-control` with any value, and its body is empty or `{}`. A
/// form of another site cannot send that header. A script of another site needs the permission of this server to send it, and never has it:
/// no answer has a header `access-control-allow-…`. Whether the task exists is checked after the closure has permitted the request.
///
/// # What is not checked
///
/// The header is no secret: every client that reaches the port can send it. That includes each user and each program of the machine, even
/// if the address is a loopback one. It also includes a page in a browser on this machine whose host name resolves to the loopback address
/// (DNS rebinding): for the browser, this server then belongs to the site of the page. Therefore check a secret that such a page does not
/// have, as below, or compare the header `host` with the names of this server.
///
/// ```
/// use taskvisor_axum::{ControlRequest, Dashboard};
///
/// /// Compares in a time that does not depend on the position of the first difference, which a caller could measure.
/// fn is_equal(left: &[u8], right: &[u8]) -> bool {
///     let differences = left.iter().zip(right).fold(0, |differences, (left, right)| differences | (left ^ right));
///     left.len() == right.len() && differences == 0
/// }
///
/// fn permit(request: &ControlRequest<'_>, token: &str) -> Option<String> {
///     let given = request.headers().get("authorization")?.as_bytes();
///     let is_permitted = is_equal(given, format!("Bearer {token}").as_bytes());
///     is_permitted.then(|| "on-call".to_owned()) // publishes `operated action=pause by="on-call"`
/// }
///
/// let token = "of-the-environment".to_owned();
/// let dashboard = Dashboard::new().with_controls(move |request| permit(request, &token));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ControlRequest<'a> {
    task: &'a str,
    action: Operation,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> ControlRequest<'a> {
    /// Returns the name of the task in the path. No task may have it.
    #[must_use]
    pub fn task(&self) -> &'a str {
        self.task
    }

    /// Returns the action.
    #[must_use]
    pub fn action(&self) -> Operation {
        self.action
    }

    /// Returns the headers of the request.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// Returns what the middleware of the application has attached to the request, such as its user.
    ///
    /// ```
    /// use axum::extract::Request;
    /// use axum::middleware::{Next, from_fn};
    /// use axum::response::Response;
    /// use taskvisor::SupervisorHandle;
    /// use taskvisor_axum::{Dashboard, router};
    ///
    /// #[derive(Clone)]
    /// struct User(String);
    ///
    /// async fn sign_in(mut request: Request, next: Next) -> Response {
    ///     request.extensions_mut().insert(User("ada".to_owned())); // in a service, the user of the session
    ///     next.run(request).await
    /// }
    ///
    /// let dashboard = Dashboard::new().with_controls(|request| {
    ///     let User(name) = request.extensions().get()?;
    ///     Some(name.clone())
    /// });
    ///
    /// fn routes(supervisor: SupervisorHandle) -> axum::Router {
    ///     axum::Router::new().nest_service("/admin", router(supervisor).layer(from_fn(sign_in)))
    /// }
    /// ```
    #[must_use]
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }
}

/// The closure of the application.
#[derive(Clone)]
pub(crate) struct Controls(Arc<Permit>);

type Permit = dyn Fn(&ControlRequest<'_>) -> Option<String> + Send + Sync;

/// Why a request is not permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// The closure returned `None`.
    Refused,
    /// The closure panicked.
    Panicked,
}

impl Controls {
    pub(crate) fn new(
        permit: impl Fn(&ControlRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(permit))
    }

    /// Returns the label of the operator.
    pub(crate) fn permit(&self, task: &str, action: Operation, parts: &Parts) -> Result<String, Forbidden> {
        let request = ControlRequest { task, action, headers: &parts.headers, extensions: &parts.extensions };
        // A panic must not close the connection without an answer. What the closure leaves half-changed is visible to it only.
        match catch_unwind(AssertUnwindSafe(|| (self.0)(&request))) {
            Ok(Some(label)) => Ok(bounded_to(label, MAX_LABEL)),
            Ok(None) => Err(Forbidden::Refused),
            Err(_) => Err(Forbidden::Panicked),
        }
    }
}

impl fmt::Debug for Controls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controls").finish_non_exhaustive()
    }
}
