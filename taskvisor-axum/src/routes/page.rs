//! The page.

use std::hash::{BuildHasher, RandomState};

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;

/// The page: one file, which loads nothing from elsewhere. It holds no data: its script reads the JSON.
const PAGE: &str = include_str!("../page/page.html");

/// Answers with the page. Its policy permits the script and the style of this answer, requests to this server, and nothing else: an
/// element that a name smuggles in can neither run a script nor send data to another host.
pub(super) async fn page() -> impl IntoResponse {
    let nonce = nonce();
    let mut page = PAGE.to_owned();
    for element in ["script", "style"] {
        page = page.replacen(&format!("<{element}>"), &format!("<{element} nonce=\"{nonce}\">"), 1);
    }
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    ([(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy)], page)
}

/// An unpredictable text: hashes with the random keys that protect the maps of the standard library.
fn nonce() -> String {
    let random = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", random(), random())
}
