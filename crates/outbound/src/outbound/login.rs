//! Requests that need a token: log in when none is kept, put it in, and once more when the provider no longer takes it.

use super::{Outbound, Provider, Route, breaker_open};
use crate::redact;
use crate::tokens::{Held, Slot};
use crate::transcript::Subject;
use connector::{Token, TokenNeed, WireRequest, WireResponse};
use domain::{Certainty, Code, Fault};
use secrecy::ExposeSecret;

impl Outbound {
    /// Sends a request of a conversation, with its token when it wants one.
    pub(super) async fn deliver(
        &self,
        route: &Route,
        provider: &Provider,
        subject: &Subject<'_>,
        mut request: WireRequest,
        turn: usize,
    ) -> Result<WireResponse, Fault> {
        let Some(need) = request.token.take() else {
            return self.exchange(route, provider, subject, request, turn).await;
        };
        if let Some(left) = provider.breaker.refuses() {
            return Err(breaker_open(provider, left));
        }
        let slot = self.tokens.slot(&route.transport, &need);
        let token = self.token(route, subject, &need, &slot, turn).await?;
        let authorized = request.clone().bearer(&token.value);
        let response = self.exchange(route, provider, subject, authorized, turn).await?;
        if response.status != UNAUTHORIZED {
            return Ok(response);
        }
        slot.forget(&token).await;
        if token.fresh {
            return Ok(response);
        }
        // Once more, and this is safe: with 401 the provider says that the request was not applied, for want of valid
        // credentials (RFC 9110, 15.5.2), so the first sending did nothing. Other answers, 403 among them, prove less
        // and are the connector's to read. If nothing leaves now, the whole call is still `NotSent`.
        let token = self.token(route, subject, &need, &slot, turn).await?;
        let authorized = request.bearer(&token.value);
        let response = self.exchange(route, provider, subject, authorized, turn).await?;
        if response.status == UNAUTHORIZED {
            slot.forget(&token).await;
        }
        Ok(response)
    }

    async fn token(
        &self,
        route: &Route,
        subject: &Subject<'_>,
        need: &TokenNeed,
        slot: &Slot,
        turn: usize,
    ) -> Result<Held, Fault> {
        // Boxed, since it is seldom run and would make every call's future larger.
        slot.token(Box::pin(async {
            self.log_in(route, subject, need, turn)
                .await
                .map_err(|fault| not_logged_in(fault, &need.scope))
        }))
        .await
    }

    /// The login has its own provider when its host is another, so breaker and rate limit hold for it too.
    async fn log_in(
        &self,
        route: &Route,
        subject: &Subject<'_>,
        need: &TokenNeed,
        turn: usize,
    ) -> Result<Token, Fault> {
        let provider = self.provider(route, &need.login)?;
        let response = self
            .exchange(route, &provider, subject, need.login.clone(), turn)
            .await?;
        let token = (need.read)(&response, self.clock.now()).map_err(|fault| {
            if let Some(wait_ms) = fault.retry_after_ms {
                provider.limiter.pause(wait_ms);
            }
            login_answer(fault)
        })?;
        let text = token.value.expose_secret();
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            let detail = "the provider gave a token that cannot stand in a header";
            return Err(Fault::refused(Code::ProviderLogin, detail));
        }
        Ok(token)
    }
}

/// The HTTP status of a request whose credentials were not taken.
const UNAUTHORIZED: u16 = 401;

/// What a login's answer means for the operator: unless the provider is busy or broken, the login is wrong.
fn login_answer(fault: Fault) -> Fault {
    let code = match fault.code {
        Code::ProviderBusy | Code::ProviderSilent => fault.code,
        _ => Code::ProviderLogin,
    };
    Fault { code, ..fault }
}

/// A login changes nothing about the order, so a call that did not get past it was not sent, whatever the login's own
/// fate is. What the login's silence would say about a payment must not be said either.
fn not_logged_in(fault: Fault, scope: &str) -> Fault {
    let code = match fault.code {
        Code::ProviderSilent => Code::ProviderUnreachable,
        code => code,
    };
    let detail = format!(
        "no token for `{scope}`, so nothing of the call was sent: {}",
        fault.detail
    );
    Fault {
        certainty: Certainty::NotSent,
        code,
        detail: redact::mask_numbers(&detail),
        ..fault
    }
}
