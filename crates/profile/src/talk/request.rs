//! One request: address, headers, body, signature.

use super::Talk;
use crate::model::{Algorithm, BodyPattern, CallPattern, Encoding, OAuth, Sign};
use crate::template::text::plain;
use crate::template::{Facts, Text, Value, View, percent_encode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector::sign::hmac_sha256;
use connector::{Method, TokenNeed, WireRequest, token};
use domain::{Code, Fault};
use secrecy::ExposeSecret;
use std::fmt::Write as _;
use std::sync::Arc;

impl Talk {
    /// The request of a call.
    pub(super) fn request(&self, pattern: &CallPattern, facts: &mut Facts<'_>) -> Result<WireRequest, Fault> {
        self.request_about(pattern, facts, &[])
    }

    /// The request of a call about several payments; none: about the one of `facts`.
    pub(super) fn request_about<'a>(
        &self,
        pattern: &CallPattern,
        facts: &mut Facts<'a>,
        orders: &[Facts<'a>],
    ) -> Result<WireRequest, Fault> {
        let path = fill(&pattern.path, &View::of(facts), percent_encode)
            .ok_or_else(|| cannot("a value in the address is missing"))?;
        if let Some(sign) = &pattern.sign {
            facts.set("method", Some(Value::Text(pattern.method.as_str().to_owned())));
            facts.set("path", Some(Value::Text(path.clone())));
            facts.set("host", Some(Value::Text(self.settings.host().to_owned())));
            if !sign.over.mentions("body") {
                let signature = self.signature(sign, facts)?;
                facts.set("signature", Some(Value::Text(signature)));
            }
        }
        let body = body(pattern, facts, orders)?;
        if let Some(sign) = pattern.sign.as_ref().filter(|sign| sign.over.mentions("body")) {
            facts.set("body", Some(Value::Text(body.clone())));
            let signature = self.signature(sign, facts)?;
            facts.set("signature", Some(Value::Text(signature)));
        }
        let view = View::of(facts);
        let mut url = format!("{}{path}", self.settings.url);
        let query = form(&pattern.query, &view);
        if !query.is_empty() {
            let _ = write!(url, "?{query}");
        }
        let request = with_headers(WireRequest::new(pattern.method, url), pattern, &view)?;
        let request = self.authorized(request, pattern);
        Ok(match body.as_str() {
            "" => request,
            _ => request.body(body),
        })
    }

    fn signature(&self, sign: &Sign, facts: &Facts<'_>) -> Result<String, Fault> {
        let message = sign.over.fill_all(&View::of(facts));
        let bytes = match (sign.with, &self.settings.signing_key) {
            (Algorithm::Hmac, _) => match self.settings.values.get(sign.key) {
                Some(Value::Secret(key)) => hmac_sha256(key, message.as_bytes()),
                _ => return Err(cannot("the key that signs is missing")),
            },
            (Algorithm::Rsa, Some(key)) => key
                .sign(message.as_bytes())
                .map_err(|error| cannot(&error.to_string()))?,
            (Algorithm::Rsa, None) => return Err(cannot("the key that signs is missing")),
        };
        Ok(match sign.encoding {
            Encoding::Base64 => STANDARD.encode(bytes),
            Encoding::Hex => bytes.iter().fold(String::new(), |mut hex, byte| {
                // Writing to a String cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            }),
        })
    }

    fn authorized(&self, request: WireRequest, pattern: &CallPattern) -> WireRequest {
        let auth = &self.module.auth;
        let secret = |name: &str| match self.settings.values.get(name) {
            Some(Value::Secret(secret)) => Some(secret),
            _ => None,
        };
        if let Some(token) = auth.bearer.and_then(secret) {
            return request.bearer(token);
        }
        if let Some((login, password)) = auth.basic {
            return match (self.settings.text(login), secret(password)) {
                (Some(login), Some(password)) => request.basic(&login, password),
                _ => request,
            };
        }
        match &auth.oauth {
            Some(oauth) => request.with_token(self.token(oauth, pattern)),
            None => request,
        }
    }

    fn token(&self, oauth: &OAuth, pattern: &CallPattern) -> TokenNeed {
        let scope = pattern.scope.clone().unwrap_or_else(|| oauth.scope.clone());
        let id = self.settings.text(oauth.id).unwrap_or_default();
        let mut fields = vec![("grant_type", "client_credentials".to_owned())];
        if !scope.is_empty() {
            fields.push(("scope", scope.clone()));
        }
        let mut login = WireRequest::new(Method::Post, format!("{}{}", self.settings.url, oauth.path))
            .header("content-type", FORM)
            .header("accept", "application/json");
        if let Some(Value::Secret(secret)) = self.settings.values.get(oauth.secret) {
            if oauth.in_body {
                fields.push(("client_id", id));
                fields.push(("client_secret", secret.expose_secret().to_owned()));
            } else {
                login = login.basic(&id, secret);
            }
        }
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encode(value)))
            .collect();
        TokenNeed {
            scope,
            login: login.body(pairs.join("&")),
            read: Arc::new(token::oauth),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn body(pattern: &CallPattern, facts: &Facts<'_>, orders: &[Facts<'_>]) -> Result<String, Fault> {
    let alone = View::of(facts);
    let view = View {
        orders: if orders.is_empty() { alone.orders } else { orders },
        ..alone
    };
    Ok(match &pattern.body {
        BodyPattern::Nothing => String::new(),
        BodyPattern::Json(json) => json.fill(&view),
        BodyPattern::Form(fields) => form(fields, &view),
        BodyPattern::Xml(xml) => xml
            .fill(&view)
            .map_err(|_| cannot("a value holds a character that XML cannot carry"))?,
    })
}

/// Pairs whose value is absent are left out.
fn form(fields: &[(String, Text)], view: &View<'_>) -> String {
    let pairs = fields.iter().filter_map(|(name, text)| {
        let value = fill(text, view, plain)?;
        Some(format!("{}={}", percent_encode(name), percent_encode(&value)))
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn with_headers(request: WireRequest, pattern: &CallPattern, view: &View<'_>) -> Result<WireRequest, Fault> {
    let (kind, accept) = match pattern.body {
        BodyPattern::Nothing => (None, "application/json"),
        BodyPattern::Json(_) => (Some("application/json"), "application/json"),
        BodyPattern::Form(_) => (Some(FORM), "application/json"),
        BodyPattern::Xml(_) => (Some("text/xml; charset=utf-8"), "text/xml"),
    };
    let written = |name: &str| {
        pattern
            .headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let mut request = request;
    if !written("accept") {
        request = request.header("accept", accept);
    }
    if let Some(kind) = kind.filter(|_| !written("content-type")) {
        request = request.header("content-type", kind);
    }
    for (name, text) in &pattern.headers {
        let Some(filled) = text.fill(view, plain) else {
            continue;
        };
        if !filled.text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            return Err(cannot(&format!(
                "the header `{name}` takes plain Latin characters only"
            )));
        }
        let (name, is_secret) = (
            name.to_ascii_lowercase(),
            filled.is_secret || text.mentions("signature"),
        );
        request = if is_secret {
            request.secret_header(name, filled.text)
        } else {
            request.header(name, filled.text)
        };
    }
    Ok(request)
}

fn fill(text: &Text, view: &View<'_>, encode: fn(&str) -> String) -> Option<String> {
    text.fill(view, encode).map(|filled| filled.text)
}

/// Nothing was sent, and nothing will be until the settings are put right.
fn cannot(why: &str) -> Fault {
    Fault::refused(Code::Internal, format!("the request cannot be written: {why}"))
}
