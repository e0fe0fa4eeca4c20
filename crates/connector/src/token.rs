//! Logins that give a token for a while (OAuth 2.0, RFC 6749): what a connector says about them. The sender logs in,
//! keeps the token and puts it into the request; a connector never sees it.

use crate::answer::{self, words};
use crate::{WireRequest, WireResponse};
use domain::{Code, Fault, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;
use std::fmt;
use std::sync::Arc;

/// How long a token is taken to live when the provider does not say it, in milliseconds (five minutes).
pub const LIFE_UNTOLD_MS: u64 = 300_000;

/// A request's wish for a token. It goes out as `Authorization: Bearer …`.
#[derive(Clone)]
pub struct TokenNeed {
    /// What the token is for; providers give one per scope.
    pub scope: String,
    /// The request that asks for the token.
    ///
    /// Two requests share a token only when transport, scope and login are equal. Equal logins have the same method,
    /// address, secret headers and body. So credentials stand in a secret header or in the body, and what differs
    /// from one login to the next (the id of a request) stands in a plain header.
    pub login: WireRequest,
    /// Reads the login's response. [`oauth`] fits providers that keep to RFC 6749. Whatever certainty the fault has,
    /// the call that wanted the token is `NotSent`.
    pub read: ReadToken,
}

/// Reads the response to a login.
pub type ReadToken = Arc<dyn Fn(&WireResponse, Timestamp) -> Result<Token, Fault> + Send + Sync>;

/// A token as a provider gave it.
#[derive(Debug)]
pub struct Token {
    /// The text for the header.
    pub value: SecretString,
    /// How long it lives from now on, in milliseconds.
    pub lives_ms: u64,
}

/// The login stays unseen: its body may hold the password.
impl fmt::Debug for TokenNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenNeed")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// A token response of RFC 6749, section 5.1: `access_token`, and `expires_in` in seconds.
#[derive(Deserialize)]
struct Given {
    access_token: SecretString,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<Seconds>,
}

/// Some providers write the seconds in quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

/// An error response of RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Reads a token response of OAuth 2.0 (RFC 6749, 5.1 and 5.2). 4xx is `Refused`, `ProviderLogin`, with the provider's
/// own words; 429 and 5xx are as [`answer::door`] says.
pub fn oauth(response: &WireResponse, now: Timestamp) -> Result<Token, Fault> {
    answer::door(response, now)?;
    if !(200..=299).contains(&response.status) {
        return Err(refused(response));
    }
    let given: Given = answer::json(response)?;
    if let Some(kind) = given
        .token_type
        .filter(|kind| !kind.eq_ignore_ascii_case("bearer"))
    {
        let kind = words(&kind);
        return Err(answer::unclear(&format!(
            "a token of the type `{kind}` instead of `Bearer`"
        )));
    }
    let seconds = match given.expires_in {
        None => None,
        Some(Seconds::Number(seconds)) => Some(seconds),
        Some(Seconds::Text(text)) => Some(
            text.parse()
                .map_err(|_| answer::unclear("`expires_in` is not a number of seconds"))?,
        ),
    };
    Ok(Token {
        value: given.access_token,
        lives_ms: seconds.map_or(LIFE_UNTOLD_MS, |seconds| seconds.saturating_mul(1_000)),
    })
}

fn refused(response: &WireResponse) -> Fault {
    let status = response.status;
    let Ok(refusal) = serde_json::from_slice::<Refusal>(&response.body) else {
        return Fault::refused(
            Code::ProviderLogin,
            format!("the login was refused (HTTP {status})"),
        );
    };
    let (error, description) = (words(&refusal.error), words(&refusal.error_description));
    let detail = format!("the login was refused (HTTP {status}): {error} {description}");
    Fault::refused(Code::ProviderLogin, detail.trim_end()).with_provider_code(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;
    use domain::Certainty;
    use secrecy::ExposeSecret;

    const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

    fn read(status: u16, body: &'static str) -> Result<(String, u64), Fault> {
        oauth(&WireResponse::new(status, body), NOW)
            .map(|token| (token.value.expose_secret().to_owned(), token.lives_ms))
    }

    #[test]
    fn a_token_and_its_life_are_read() {
        for (body, lives_ms) in [
            (
                r#"{"access_token":"t","token_type":"bearer","expires_in":60}"#,
                60_000,
            ),
            (
                r#"{"access_token":"t","token_type":"Bearer","expires_in":"60"}"#,
                60_000,
            ),
            (r#"{"access_token":"t"}"#, LIFE_UNTOLD_MS),
        ] {
            assert_eq!(read(200, body), Ok(("t".to_owned(), lives_ms)), "{body}");
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_providers_words() {
        let fault = read(
            400,
            r#"{"error":"invalid_client","error_description":"no such\nclient"}"#,
        )
        .unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::Refused, Code::ProviderLogin)
        );
        assert_eq!(fault.provider_code.as_deref(), Some("invalid_client"));
        assert_eq!(
            fault.detail,
            "the login was refused (HTTP 400): invalid_client no such client"
        );
        assert_eq!(read(400, "<html>").unwrap_err().code, Code::ProviderLogin);
        assert_eq!(read(401, "").unwrap_err().code, Code::ProviderLogin);
        assert_eq!(read(429, "").unwrap_err().code, Code::ProviderBusy);
        assert_eq!(read(503, "").unwrap_err().code, Code::ProviderSilent);
    }

    #[test]
    fn what_is_no_token_is_unclear_and_not_repeated() {
        for body in [
            "",
            r#"{"token":"S3CRET"}"#,
            r#"{"access_token":["S3CRET"]}"#,
            r#"{"access_token":"S3CRET","expires_in":"soon"}"#,
            r#"{"access_token":"S3CRET","expires_in":-1}"#,
            r#"{"access_token":"S3CRET","token_type":"mac"}"#,
        ] {
            let fault = read(200, body).unwrap_err();
            assert_eq!(fault.code, Code::ProviderUnclear, "{body}");
            assert!(!fault.detail.contains("S3CRET"), "{fault}");
        }
    }

    #[test]
    fn a_need_prints_no_login() {
        let login = WireRequest::new(Method::Post, "https://bank.example/oauth").body("client_secret=S3CRET");
        let request = WireRequest::new(Method::Get, "https://bank.example/").with_token(TokenNeed {
            scope: "qr.create".to_owned(),
            login,
            read: Arc::new(oauth),
        });
        let shown = format!("{request:?}");
        assert!(shown.contains("qr.create") && !shown.contains("S3CRET") && !shown.contains("secret="));
        // Bytes print as text or as numbers; neither form of the login's body may appear.
        assert!(!shown.contains("/oauth"), "{shown}");
    }
}
