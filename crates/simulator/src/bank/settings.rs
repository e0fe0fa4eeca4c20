//! Small calls: the address of notifications, the list of banks, the sandbox's payer.

use serde::{Deserialize, Serialize};

use super::Bank;
use super::check::{self, Raw};
use super::failure::{Family, Outcome};
use super::qrs::ok;
use crate::payer::PayerAction;
use crate::wire::{Answer, Request};

const SBP: Family = Family::Sbp;
/// Longest address that is taken.
const MAX_URL_CHARS: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallbackSettings {
    callback_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SandboxPayment {
    qr_id: Option<String>,
    #[serde(default)]
    amount: Raw,
}

#[derive(Serialize)]
struct BankName {
    alias: &'static str,
    name: &'static str,
}

impl Bank {
    /// `https://`, or `http://` for a test on loopback. The key of this call signs the notifications.
    pub(super) fn set_callback(&mut self, request: &Request) -> Outcome<Answer> {
        let at = self.authorized(request)?;
        let body: CallbackSettings = check::body(request)?;
        let url = body
            .callback_url
            .clone()
            .ok_or_else(|| SBP.missing("callbackUrl"))?;
        check::max_chars(SBP, "callbackUrl", Some(&url), MAX_URL_CHARS)?;
        let loopback = url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost");
        if !url.starts_with("https://") && !loopback {
            return Err(SBP.invalid("callbackUrl"));
        }
        if let Some(merchant) = self.merchants.get_mut(at) {
            merchant.callback_url = Some(url);
        }
        Ok(ok(&body))
    }

    pub(super) fn banks(&self, request: &Request) -> Outcome<Answer> {
        self.authorized(request)?;
        Ok(ok(&[
            BankName {
                alias: "raiffeisen",
                name: "Райффайзенбанк",
            },
            BankName {
                alias: "sample",
                name: "Банк «Образец»",
            },
        ]))
    }

    /// The sandbox's payer: pays a QR at once. For a QR with a sum the amount must be that sum.
    pub(super) fn sandbox_pay(&mut self, request: &Request, now: i64) -> Outcome<Answer> {
        let body: SandboxPayment = check::body(request)?;
        let qr_id = body.qr_id.ok_or_else(|| SBP.missing("qrId"))?;
        let amount = check::amount(SBP, &body.amount)?;
        let link = self
            .qrs
            .get(&qr_id)
            .map(|qr| qr.payload.clone())
            .ok_or_else(|| SBP.qr_not_found())?;
        let asked = self.look(&link, now).ok().and_then(|view| view.amount);
        if amount.is_none() || asked.is_some_and(|asked| Some(asked) != amount) {
            return Err(SBP.bad_amount());
        }
        let paid = self.pay(&link, PayerAction::Pay, amount, now);
        let view = paid.map_err(|_| SBP.wrong_qr_status("INACTIVE", "PAID"))?;
        Ok(ok(&view))
    }
}
