//! What a profile would do, in words: every call with made-up values.

use crate::Profile;
use crate::model::Module;
use crate::talk::{Settings, Talk, first_request};
use crate::template::Value;
use crate::template::values::Values;
use connector::config::COMMON;
use connector::{Connector, KeyType, WireRequest};
use domain::call::{ConfirmCall, LinkCall, Lookup, Reference, RefundCall, Register};
use domain::receipt::{Item, Receipt};
use domain::{Call, Kopecks, OperationId, StoreId, Taking, TerminalId, Timestamp};
use secrecy::SecretString;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

/// 22 November 2026, 10:00 UTC.
const NOW: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

/// A link's id that nobody has given.
const LINK_ID: &str = "AS1000000000000000000000LNKTEST1";

/// Every call of every module as it would be sent, with made-up values in place of settings, orders and ids.
pub fn explain(profile: &Profile) -> String {
    let mut out = String::new();
    for module in &profile.modules {
        let _ = writeln!(out, "{}: {}, {}", module.name, module.title_ru, module.title_en);
        let own = module.keys.iter().skip(COMMON.len()).map(|key| key.name);
        let _ = writeln!(out, "  keys of its own: {}", own.collect::<Vec<_>>().join(", "));
        explain_module(module, false, &mut out);
        if module.linked.is_some() {
            let _ = writeln!(out, "\n  At a register with a cash link:");
            explain_module(module, true, &mut out);
        }
    }
    out
}

fn explain_module(module: &Arc<Module>, is_linked: bool, out: &mut String) {
    let talk = Talk {
        module: Arc::clone(module),
        is_linked,
        settings: Arc::new(made_up_settings(module)),
        group: OnceLock::new(),
    };
    for call in made_up_calls(&talk) {
        if !talk.abilities().allows(call.kind()) {
            continue;
        }
        let kind = format!("{:?}", call.kind());
        match first_request(&talk, &call, NOW) {
            Some(request) => show(&kind, &request, out),
            None => {
                let _ = writeln!(
                    out,
                    "\n  {kind}: cannot be shown without real settings (it is signed with a key)"
                );
            }
        }
    }
}

fn show(kind: &str, request: &WireRequest, out: &mut String) {
    let _ = writeln!(out, "\n  {kind}: {} {}", request.method.as_str(), request.url);
    if let Some(need) = &request.token {
        let _ = writeln!(
            out,
            "    after a login at {} for `{}`",
            need.login.url, need.scope
        );
    }
    for (name, value) in &request.headers {
        let _ = writeln!(out, "    {name}: {value:?}");
    }
    if !request.body.is_empty() {
        let body = String::from_utf8_lossy(&request.body);
        let _ = writeln!(out, "    {}", body.trim().replace('\n', "\n    "));
    }
}

fn made_up_settings(module: &Module) -> Settings {
    let mut values = Values::new();
    for key in &module.keys {
        let text = |text: &str| Value::Text(text.to_owned());
        let value = match key.kind {
            KeyType::Secret | KeyType::Pem => Value::Secret(SecretString::from("secret")),
            KeyType::Integer { min, .. } => Value::Number(key.default.map_or(min.to_string(), str::to_owned)),
            KeyType::Number { .. } => text("26300000"),
            KeyType::Flag => Value::Flag(true),
            KeyType::Digits { count } => Value::Text("1".repeat(count)),
            KeyType::Word(words) => text(words.first().unwrap_or(&"")),
            KeyType::Url => text("https://provider.example"),
            KeyType::Text { .. } if key.name == "qr_id" => text(LINK_ID),
            KeyType::Text { .. } => match key.default.and_then(|json| serde_json::from_str(json).ok()) {
                Some(default) => Value::Text(default),
                None => Value::Text(format!("<{}>", key.name)),
            },
        };
        values.insert(key.name, value);
    }
    Settings {
        url: "https://provider.example".to_owned(),
        values,
        purpose: Some("Receipt %receipt%".to_owned()),
        link_id: Some(LINK_ID.to_owned()),
        utc_offset_min: 180,
        signing_key: None,
    }
}

fn made_up_calls(talk: &Talk) -> Vec<Call> {
    let operation = OperationId::from_bytes([7; 16]);
    let amount = Kopecks::new(111_011).unwrap_or(Kopecks::ZERO);
    let kept = talk
        .variant()
        .calls
        .values()
        .flat_map(|call| call.answer.keep.iter());
    let reference = kept.fold(Reference::default(), |reference, (name, _)| {
        reference.with(name, format!("<{name}>"))
    });
    let lookup = Lookup {
        order: operation.order(1),
        amount,
        reference: reference.clone(),
    };
    let refund = RefundCall {
        refund: operation.reversal().order(1),
        amount,
        payment: lookup.clone(),
        purpose: Some("Refund".to_owned()),
        reference,
    };
    let (Ok(store), Ok(terminal)) = (StoreId::new("12"), TerminalId::new("3")) else {
        return Vec::new();
    };
    let link = LinkCall {
        link_id: LINK_ID.to_owned(),
        payload: format!("https://qr.nspk.ru/{LINK_ID}?type=01&bank=100000000007&crc=C40C"),
        terminal_number: Some("26300000".to_owned()),
        store: store.clone(),
        terminal: terminal.clone(),
    };
    vec![
        Call::Register(Box::new(made_up_register(talk, &lookup, store, terminal))),
        Call::Confirm(ConfirmCall {
            lookup: lookup.clone(),
            amount,
            purpose: None,
        }),
        Call::Status(lookup.clone()),
        Call::Revoke(lookup),
        Call::Refund(refund.clone()),
        Call::RefundStatus(refund),
        Call::LinkCheck(link.clone()),
        Call::LinkBind(link),
    ]
}

fn made_up_register(talk: &Talk, lookup: &Lookup, store: StoreId, terminal: TerminalId) -> Register {
    let variant = talk.variant();
    let scans = variant.customer_code != Taking::Never;
    Register {
        order: lookup.order.clone(),
        amount: lookup.amount,
        created_at: NOW,
        expires_at: NOW.plus_ms(300_000),
        store,
        terminal,
        purpose: None,
        cost_centre: None,
        receipt: Some(Receipt {
            number: Some("77".to_owned()),
            items: vec![Item {
                name: "Молоко".to_owned(),
                code: Some("4600682000013".to_owned()),
                quantity: "1".to_owned(),
                price: lookup.amount,
                sum: lookup.amount,
            }],
            ..Receipt::default()
        }),
        customer_code: scans.then(|| "<customer_code>".to_owned()),
        card_token: Some("<card_token>".to_owned()),
        link_id: None,
        tender: variant.tenders.first().map(|(name, _)| name.clone()),
        subscriber: variant.subscriber.then(|| "<subscriber>".to_owned()),
    }
}
