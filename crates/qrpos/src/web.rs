//! What all pages here have in common: everything in a page comes from its own server, and nothing is inline.

use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;

/// Everything in a page comes from its own server; nothing is inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      frame-src 'self' http: https:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

pub(crate) fn html(page: &Markup) -> Response {
    reply("text/html; charset=utf-8", "no-store", page.0.clone())
}

pub(crate) fn css(text: &'static str) -> Response {
    reply("text/css; charset=utf-8", "no-cache", text.to_owned())
}

pub(crate) fn js(text: &'static str) -> Response {
    reply("text/javascript; charset=utf-8", "no-cache", text.to_owned())
}

pub(crate) fn reply(content_type: &'static str, cache: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, body).into_response()
}
