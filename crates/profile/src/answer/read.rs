//! Reads one answer. What is not understood is `Unknown`, never a guess; `Paid` needs the provider's word for it, about
//! this very order.

use super::body::{Body, NotReadable, Place, Places};
use super::meaning::{LinkWord, Meaning, PaymentWord, RefundWord};
use super::shape::{Reserve, Shape, Source};
use crate::template::View;
use crate::template::text::plain;
use connector::WireResponse;
use connector::answer::{door, unclear, words};
use domain::call::{Reference, Registered};
use domain::{
    Certainty, Code, Fault, Kopecks, LinkState, PaymentState, RefundState, Reserved, ReservedPosition,
    Timestamp,
};

/// The most characters of an id that is kept.
const KEPT_MAX: usize = 256;

/// The most characters of a QR's content. A link of the payment system has about 130.
const PAYLOAD_MAX: usize = 2_048;

/// What the answer said, as a whole.
pub(crate) enum Said<'a> {
    /// It was done; the body says how.
    Yes(Body<'a>),
    /// The provider understood and said no.
    No(Refusal),
}

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// What its code means; none for a code that the profile does not list.
    pub meaning: Option<Meaning>,
    code: Option<String>,
    message: String,
}

impl Refusal {
    /// The refusal as the end of a call that changes something. `not_found` is the code for what the provider does not
    /// know.
    pub(crate) fn fault(&self, not_found: Code) -> Fault {
        let message = &self.message;
        let refused = |code| Fault::refused(code, format!("the provider refused: {message}"));
        let fault = match self.meaning {
            Some(Meaning::No(code)) => refused(code),
            Some(Meaning::NotFound) => refused(not_found),
            Some(Meaning::Busy) => Fault {
                code: Code::ProviderBusy,
                ..Fault::not_sent(format!("the provider asks for fewer requests: {message}"))
            },
            Some(Meaning::Silent) => Fault::unknown(
                Code::ProviderSilent,
                format!("the provider failed; what it did is not known: {message}"),
            ),
            Some(Meaning::Repeat) => Fault::unknown(
                Code::ProviderSilent,
                format!("the provider knows this order already; it is asked about: {message}"),
            ),
            None => unclear(&format!(
                "a refusal that the profile does not list under `errors`: {message}"
            )),
        };
        match &self.code {
            Some(code) => fault.with_provider_code(code),
            None => fault,
        }
    }
}

impl Shape {
    /// Reads an answer up to whether it says yes or no.
    pub(crate) fn hear<'a>(&self, response: &'a WireResponse, now: Timestamp) -> Result<Said<'a>, Fault> {
        let body = Body::parse(&response.body, self.format);
        door(response, now).map_err(|fault| {
            match body.as_ref().ok().and_then(|body| self.code_of(body)) {
                Some(code) => fault.with_provider_code(code),
                None => fault,
            }
        })?;
        let body =
            body.map_err(|NotReadable| unclear(&what_came(response, "what the profile says it is")))?;
        let is_2xx = (200..300).contains(&response.status);
        if matches!(body, Body::Empty) && is_2xx && response.status != 204 {
            return Err(unclear(&what_came(response, "a body")));
        }
        let good = match &self.ok {
            None => true,
            Some((place, yes)) => match read(&body, place)? {
                Some(word) => yes.contains(&word),
                None if is_2xx => return Err(unclear("it does not say whether the call went well")),
                None => false,
            },
        };
        if good && is_2xx {
            return Ok(Said::Yes(body));
        }
        Ok(Said::No(self.refusal(&body, response.status)))
    }

    fn code_of(&self, body: &Body<'_>) -> Option<String> {
        let code = read(body, self.code.as_ref()?).ok().flatten()?;
        Some(words(&code))
    }

    fn refusal(&self, body: &Body<'_>, status: u16) -> Refusal {
        let said = self
            .message
            .as_ref()
            .and_then(|places| read(body, places).ok().flatten());
        let code = self.code_of(body);
        // A web server's own 404 has no body of the provider's kind and says nothing about an order.
        let http = || (!matches!(body, Body::Empty)).then(|| format!("http_{status}"));
        let word = code.clone().or_else(http);
        Refusal {
            meaning: word.as_deref().and_then(|word| self.errors.get(word)).copied(),
            code,
            message: said.map_or_else(|| format!("HTTP {status}"), |said| words(&said)),
        }
    }

    /// The part of the body that speaks of this order: the body itself, or an element of a list. None when the list
    /// does not have it.
    fn part<'b>(&self, body: &'b Body<'b>, view: &View<'_>) -> Result<Option<Body<'b>>, Fault> {
        let Some(list) = &self.list else {
            return Ok(Some(body.clone()));
        };
        let elements = body.list(list).map_err(|NotReadable| twice())?;
        let elements = elements.ok_or_else(|| unclear("the list that the profile names is missing"))?;
        let mut found = Vec::new();
        for element in elements {
            if self.agreement(&element, view)? == Agreement::Ours {
                found.push(element);
            }
        }
        let first = found.pop();
        if found.is_empty() {
            return Ok(first);
        }
        Err(unclear("the list names the same order twice"))
    }

    /// Whether the ids that the profile names are those of this order.
    fn agreement(&self, body: &Body<'_>, view: &View<'_>) -> Result<Agreement, Fault> {
        let mut agreement = Agreement::Silent;
        for (place, expected) in &self.about {
            let (Some(found), Some(expected_text)) = (read_at(body, place)?, expected.fill(view, plain))
            else {
                continue;
            };
            if found.trim() != expected_text.text {
                return Ok(Agreement::Other);
            }
            if expected.places().next().is_some() {
                agreement = Agreement::Ours;
            }
        }
        Ok(agreement)
    }

    fn not_about_another(&self, body: &Body<'_>, view: &View<'_>) -> Result<Agreement, Fault> {
        match self.agreement(body, view)? {
            Agreement::Other => Err(unclear("the answer speaks of another order")),
            agreement => Ok(agreement),
        }
    }

    /// How a payment stands.
    pub(crate) fn payment(&self, body: &Body<'_>, view: &View<'_>) -> Result<PaymentState, Fault> {
        let Some(part) = self.part(body, view)? else {
            return Ok(PaymentState::NotFound);
        };
        let agreement = self.not_about_another(&part, view)?;
        let word = self.word(&part)?;
        let Some(meaning) = self.payment_words.get(&word) else {
            return Err(unknown_word(&word));
        };
        Ok(match meaning {
            PaymentWord::NotStarted => PaymentState::NotStarted,
            PaymentWord::InProgress => PaymentState::InProgress,
            PaymentWord::Expired => PaymentState::Expired,
            PaymentWord::Cancelled => PaymentState::Cancelled,
            PaymentWord::NotFound => PaymentState::NotFound,
            PaymentWord::Declined => PaymentState::Declined {
                reason: self.reason(&part)?,
            },
            PaymentWord::Paid => return self.paid(&part, view, agreement),
        })
    }

    fn paid(&self, part: &Body<'_>, view: &View<'_>, agreement: Agreement) -> Result<PaymentState, Fault> {
        let names_an_id = self.about.iter().any(|(_, text)| text.places().next().is_some());
        if names_an_id && agreement != Agreement::Ours {
            return Err(unclear(
                "a payment that names none of the ids that the profile compares",
            ));
        }
        for place in self.paid_needs.iter().flat_map(|places| &places.0) {
            if read_at(part, place)?.is_none() {
                return Ok(PaymentState::InProgress);
            }
        }
        Ok(PaymentState::Paid {
            amount: self.sum(part)?,
            reference: self.kept(part, view)?,
        })
    }

    /// The ids that an answer about a payment holds, whatever it says.
    pub(crate) fn ids(&self, body: &Body<'_>, view: &View<'_>) -> Result<Reference, Fault> {
        match self.part(body, view)? {
            Some(part) => self.kept(&part, view),
            None => Ok(Reference::default()),
        }
    }

    /// How a refund stands.
    pub(crate) fn refund(&self, body: &Body<'_>, view: &View<'_>) -> Result<RefundState, Fault> {
        let Some(part) = self.part(body, view)? else {
            return Ok(RefundState::NotFound);
        };
        self.not_about_another(&part, view)?;
        let fixed = self.refund_state.filter(|_| self.status.is_none());
        let meaning = if let Some(state) = fixed {
            state
        } else {
            let word = self.word(&part)?;
            let known = self.refund_words.get(&word).copied();
            known.ok_or_else(|| unknown_word(&word))?
        };
        Ok(match meaning {
            RefundWord::InProgress => RefundState::InProgress,
            RefundWord::NotFound => RefundState::NotFound,
            RefundWord::Declined => RefundState::Declined {
                reason: self.reason(&part)?,
            },
            RefundWord::Completed => {
                let expected = view.facts.amount();
                if self.sum(&part)?.is_some_and(|told| Some(told) != expected) {
                    return Err(unclear("the refund's sum is not the one that was asked for"));
                }
                RefundState::Completed {
                    reference: self.kept(&part, view)?,
                }
            }
        })
    }

    /// What a registration gave.
    pub(crate) fn registered(
        &self,
        body: &Body<'_>,
        view: &View<'_>,
        needs_payload: bool,
    ) -> Result<Registered, Fault> {
        self.not_about_another(body, view)?;
        if let Some(place) = &self.status
            && let Some(word) = read(body, place)?
        {
            match self.payment_words.get(&word) {
                Some(PaymentWord::NotStarted | PaymentWord::InProgress | PaymentWord::Paid) => {}
                Some(PaymentWord::Declined) => {
                    let said = self.reason(body)?.unwrap_or_default();
                    let fault = Fault::refused(Code::Declined, format!("the provider declined: {said}"));
                    return Err(fault.with_provider_code(words(&word)));
                }
                _ => return Err(unknown_word(&word)),
            }
        }
        if let Some(told) = self.sum(body)?
            && Some(told) != view.facts.amount()
        {
            return Err(unclear("the order's sum is not the one that was asked for"));
        }
        let payload = source(self.payload.as_ref(), body, view)?;
        if payload
            .as_ref()
            .is_some_and(|payload| payload.chars().count() > PAYLOAD_MAX)
        {
            return Err(unclear("the QR's content is longer than any QR"));
        }
        if needs_payload && payload.is_none() {
            return Err(unclear("a registration without anything to show"));
        }
        let expires_at = match &self.expires_at {
            Some((place, format)) => {
                read(body, place)?.and_then(|text| format.read(&text, view.facts.utc_offset_min))
            }
            None => None,
        };
        Ok(Registered {
            payload,
            expires_at,
            reference: self.kept(body, view)?,
        })
    }

    /// A revocation that was carried out; where it gives a status word, the word must not say that money moved.
    pub(crate) fn revoked(&self, body: &Body<'_>, view: &View<'_>) -> Result<(), Fault> {
        self.not_about_another(body, view)?;
        let place = self.status.as_ref();
        match place.map(|place| read(body, place)).transpose()?.flatten() {
            None => Ok(()),
            Some(word) => match self.payment_words.get(&word) {
                Some(PaymentWord::Cancelled | PaymentWord::Expired | PaymentWord::NotStarted) => Ok(()),
                _ => Err(unknown_word(&word)),
            },
        }
    }

    /// What of the receipt may be paid.
    pub(crate) fn reserved(
        &self,
        body: &Body<'_>,
        view: &View<'_>,
        reserve: &Reserve,
    ) -> Result<Reserved, Fault> {
        let told = self.registered(body, view, false)?;
        let available = self.money_at(body, &reserve.available)?;
        let available = available.ok_or_else(|| unclear("the sum that may be paid is missing"))?;
        let mut positions = Vec::new();
        if let (Some(list), Some(number), Some(sum)) = (&reserve.list, &reserve.number, &reserve.sum) {
            let elements = body
                .list(list)
                .map_err(|NotReadable| twice())?
                .unwrap_or_default();
            for element in &elements {
                let number = read(element, number)?.and_then(|text| text.parse().ok());
                let (Some(number), Some(sum)) = (number, self.money_at(element, sum)?) else {
                    return Err(unclear("a line that may be paid without its number or sum"));
                };
                positions.push(ReservedPosition { number, sum });
            }
        }
        Ok(Reserved {
            available,
            positions,
            expires_at: told.expires_at,
            reference: told.reference,
        })
    }

    /// What a sticker is.
    pub(crate) fn link(&self, body: &Body<'_>, view: &View<'_>) -> Result<LinkState, Fault> {
        let Some(part) = self.part(body, view)? else {
            return Ok(LinkState::NotOurs);
        };
        if self.not_about_another(&part, view)? == Agreement::Silent && !self.about.is_empty() {
            return Err(unclear("an answer that does not name the link"));
        }
        let mut active = None;
        if self.status.is_some() {
            let word = self.word(&part)?;
            active = match self.link_words.get(&word) {
                Some(LinkWord::Active) => Some(true),
                Some(LinkWord::Inactive) => Some(false),
                Some(LinkWord::Ours) => None,
                Some(LinkWord::NotOurs) => return Ok(LinkState::NotOurs),
                None => return Err(unknown_word(&word)),
            };
        }
        Ok(LinkState::Ours {
            payload: source(self.payload.as_ref(), &part, view)?,
            active,
        })
    }

    fn word(&self, body: &Body<'_>) -> Result<String, Fault> {
        let place = self.status.as_ref();
        let word = place.map(|place| read(body, place)).transpose()?.flatten();
        word.ok_or_else(|| unclear("the status word is missing"))
    }

    fn reason(&self, body: &Body<'_>) -> Result<Option<String>, Fault> {
        let place = self.message.as_ref();
        let said = place.map(|place| read(body, place)).transpose()?.flatten();
        Ok(said.map(|said| words(&said)))
    }

    fn sum(&self, body: &Body<'_>) -> Result<Option<Kopecks>, Fault> {
        match &self.amount {
            Some(place) => self.money_at(body, place),
            None => Ok(None),
        }
    }

    fn money_at(&self, body: &Body<'_>, place: &Places) -> Result<Option<Kopecks>, Fault> {
        let Some(text) = read(body, place)? else {
            return Ok(None);
        };
        let sum = self.unit.read(&text);
        sum.map(Some)
            .ok_or_else(|| unclear("the sum is not an amount of money"))
    }

    fn kept(&self, body: &Body<'_>, view: &View<'_>) -> Result<Reference, Fault> {
        let mut reference = Reference::default();
        for (name, from) in &self.keep {
            let Some(value) = source(Some(from), body, view)? else {
                continue;
            };
            if value.chars().count() > KEPT_MAX || value.chars().any(char::is_control) {
                return Err(unclear(&format!(
                    "`{name}` is no id: longer than {KEPT_MAX} characters, or not printable"
                )));
            }
            reference = reference.with(name, value);
        }
        Ok(reference)
    }
}

fn source(source: Option<&Source>, body: &Body<'_>, view: &View<'_>) -> Result<Option<String>, Fault> {
    match source {
        None => Ok(None),
        Some(Source::At(place)) => read(body, place),
        Some(Source::Own(text)) => Ok(text.fill(view, plain).map(|filled| filled.text)),
    }
}

/// Whether an answer names this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    /// An id stands there and is ours.
    Ours,
    /// No id stands there.
    Silent,
    /// Something else stands there than expected.
    Other,
}

fn read(body: &Body<'_>, places: &Places) -> Result<Option<String>, Fault> {
    for place in &places.0 {
        let found = read_at(body, place)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn read_at(body: &Body<'_>, place: &Place) -> Result<Option<String>, Fault> {
    body.text(place).map_err(|NotReadable| twice())
}

fn twice() -> Fault {
    unclear("a field stands twice, or cannot be read")
}

fn unknown_word(word: &str) -> Fault {
    unclear("a status word that the profile does not list under `words`").with_provider_code(words(word))
}

fn what_came(response: &WireResponse, instead_of: &str) -> String {
    let (status, bytes) = (response.status, response.body.len());
    format!("HTTP {status} with {bytes} bytes that are not {instead_of}")
}

/// The fault of a call ahead of the one that counts: that one was not sent.
pub(crate) fn before_it(fault: Fault) -> Fault {
    if fault.certainty == Certainty::Unknown {
        return Fault {
            certainty: Certainty::NotSent,
            ..fault
        };
    }
    fault
}
