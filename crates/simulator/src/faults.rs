//! Faults on demand: what goes wrong, at which call, how often. Everything is drawn from a seed.

use serde::{Deserialize, Serialize};

use crate::bank::Endpoint;
use crate::random::Random;
use crate::wire::{Answer, Reply};

/// How many rules may stand at once; further ones replace the oldest.
pub const MAX_RULES: usize = 256;
/// The status word that no document knows.
pub const UNKNOWN_WORD: &str = "ON_REVIEW_2";

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The answer comes late. The bank acts at once. Adds up with other faults.
    Delay {
        /// Milliseconds before the first byte.
        ms: u64,
    },
    /// The connection breaks and the bank has done nothing.
    DropBefore,
    /// The bank does what it was asked, then the connection breaks: a lost answer.
    DropAfter,
    /// An HTTP error of the server or of something in front of it.
    Status {
        /// 500, 502, 503, …
        code: u16,
        /// True if the bank has done what it was asked all the same.
        acted: bool,
    },
    /// 429 with `Retry-After`; the bank has done nothing.
    TooManyRequests {
        /// Value of `Retry-After`, seconds.
        retry_after_s: u32,
    },
    /// The bank acts; its JSON is cut off in the middle.
    MalformedJson,
    /// The bank acts; an HTML page comes instead of the answer, with HTTP 200.
    HtmlBody,
    /// The bank acts; the body is empty.
    EmptyBody,
    /// The bank acts; the status words in the answer are unknown ones.
    UnknownStatus,
    /// The bank acts; the answer is right, but is called `text/plain`.
    WrongContentType,
    /// The bank acts; the body trickles in.
    SlowBody {
        /// Milliseconds for the whole body.
        ms: u64,
    },
    /// The bank acts; the answer has fields that no document knows.
    ExtraFields,
}

/// How often a rule strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At the next so many calls.
    Next(u32),
    /// At each call, in so many cases of a thousand, until the rules are cleared.
    ChancePerMille(u32),
}

impl When {
    fn strikes(&mut self, random: &mut Random) -> bool {
        match self {
            Self::Next(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Self::Next(_) => false,
            Self::ChancePerMille(per_mille) => random.chance(*per_mille),
        }
    }

    fn is_spent(self) -> bool {
        self == Self::Next(0)
    }
}

/// A fault at an endpoint: one of Raiffeisenbank's where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule<E = Endpoint> {
    /// The endpoint; none = every endpoint.
    pub endpoint: Option<E>,
    /// What goes wrong.
    pub fault: Fault,
    /// How often.
    pub when: When,
}

/// What goes wrong with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackFault {
    /// It is sent twice.
    Duplicate,
    /// It is sent after the one that follows it.
    Reorder,
    /// Its signature is wrong.
    WrongSignature,
    /// It is never sent.
    Suppress,
}

/// A fault of notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackRule {
    /// What goes wrong.
    pub fault: CallbackFault,
    /// How often.
    pub when: When,
}

/// What was drawn for one call.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub delay_ms: u64,
    pub fault: Option<Fault>,
}

/// The rules that stand, for a provider whose endpoints are `E`.
#[derive(Debug)]
pub(crate) struct Plan<E = Endpoint> {
    random: Random,
    rules: Vec<Rule<E>>,
    callback_rules: Vec<CallbackRule>,
}

impl<E: Copy + PartialEq> Plan<E> {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed ^ 0x00FA_0175),
            rules: Vec::new(),
            callback_rules: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, rule: Rule<E>) {
        push_bounded(&mut self.rules, rule);
    }

    pub(crate) fn add_callback(&mut self, rule: CallbackRule) {
        push_bounded(&mut self.callback_rules, rule);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.callback_rules.clear();
    }

    pub(crate) fn rules(&self) -> &[Rule<E>] {
        &self.rules
    }

    /// Delays add up; of the other faults the first rule that strikes wins.
    pub(crate) fn draw(&mut self, endpoint: E) -> Drawn {
        let mut drawn = Drawn::default();
        for rule in self
            .rules
            .iter_mut()
            .filter(|rule| rule.endpoint.is_none_or(|at| at == endpoint))
        {
            let is_delay = matches!(rule.fault, Fault::Delay { .. });
            if (!is_delay && drawn.fault.is_some()) || !rule.when.strikes(&mut self.random) {
                continue;
            }
            match &rule.fault {
                Fault::Delay { ms } => drawn.delay_ms = drawn.delay_ms.saturating_add(*ms),
                fault => drawn.fault = Some(fault.clone()),
            }
        }
        self.rules.retain(|rule| !rule.when.is_spent());
        drawn
    }

    pub(crate) fn draw_callback(&mut self) -> Option<CallbackFault> {
        let random = &mut self.random;
        let struck = self
            .callback_rules
            .iter_mut()
            .find_map(|rule| rule.when.strikes(random).then_some(rule.fault));
        self.callback_rules.retain(|rule| !rule.when.is_spent());
        struck
    }
}

fn push_bounded<T>(rules: &mut Vec<T>, rule: T) {
    if rules.len() == MAX_RULES {
        rules.remove(0);
    }
    rules.push(rule);
}

impl Drawn {
    /// The reply, if the fault keeps the bank from acting.
    pub(crate) fn instead_of_acting(&self) -> Option<Reply> {
        let delay_ms = self.delay_ms;
        let answer = match self.fault.as_ref()? {
            Fault::DropBefore => {
                return Some(Reply::Dropped {
                    acted: false,
                    delay_ms,
                });
            }
            Fault::Status { code, acted: false } => gateway_error(*code),
            Fault::TooManyRequests { retry_after_s } => {
                let mut answer = gateway_error(429);
                answer
                    .headers
                    .push(("Retry-After".to_owned(), retry_after_s.to_string()));
                answer
            }
            _ => return None,
        };
        Some(Reply::Answer(Answer { delay_ms, ..answer }))
    }

    /// The reply after the bank has acted. `words` are the JSON fields or XML elements with the status words of this
    /// provider.
    pub(crate) fn spoil(self, answer: Answer, words: &[&str]) -> Reply {
        let delay_ms = self.delay_ms;
        let spoiled = match self.fault {
            Some(Fault::DropAfter) => {
                return Reply::Dropped {
                    acted: true,
                    delay_ms,
                };
            }
            Some(Fault::Status { code, .. }) => gateway_error(code),
            Some(Fault::MalformedJson) => cut_off(answer),
            Some(Fault::HtmlBody) => Answer::new(200, "text/html; charset=utf-8", HTML_PAGE),
            Some(Fault::EmptyBody) => Answer {
                body: Vec::new(),
                ..answer
            },
            Some(Fault::UnknownStatus) => unknown_status(answer, words),
            Some(Fault::WrongContentType) => Answer::new(answer.status, "text/plain", answer.body),
            Some(Fault::SlowBody { ms }) => Answer {
                slow_body_ms: ms,
                ..answer
            },
            Some(Fault::ExtraFields) => extra_fields(answer),
            _ => answer,
        };
        Reply::Answer(Answer { delay_ms, ..spoiled })
    }
}

const HTML_PAGE: &str = "<!doctype html><html><head><title>Технические работы</title></head>\
                         <body><h1>Сервис временно недоступен</h1></body></html>";

fn gateway_error(status: u16) -> Answer {
    Answer::new(
        status,
        "text/html",
        format!("<html><head><title>{status}</title></head><body>nginx</body></html>"),
    )
}

fn cut_off(mut answer: Answer) -> Answer {
    let half = answer.body.len() / 2;
    answer.body.truncate(half);
    if answer.body.is_empty() {
        answer.body = b"{\"code\":".to_vec();
    }
    answer
}

fn unknown_status(answer: Answer, words: &[&str]) -> Answer {
    let text = words
        .iter()
        .fold(answer.text(), |text, field| replace_word(&text, field));
    Answer {
        body: text.into_bytes(),
        ..answer
    }
}

/// Puts the unknown word in place of the value of `field`, wherever it first stands: as a string in compact JSON, or
/// as the text of an XML element.
fn replace_word(text: &str, field: &str) -> String {
    let json = (format!("\"{field}\":\""), '"');
    let xml = (format!("<{field}>"), '<');
    for (mark, end) in [json, xml] {
        let Some((before, after)) = text.split_once(&mark) else {
            continue;
        };
        if let Some(at) = after.find(end) {
            let rest = after.get(at..).unwrap_or_default();
            return format!("{before}{mark}{UNKNOWN_WORD}{rest}");
        }
    }
    text.to_owned()
}

fn extra_fields(answer: Answer) -> Answer {
    let text = answer.text();
    let more = if let Some(rest) = text.strip_prefix('{') {
        let comma = if rest == "}" { "" } else { "," };
        format!("{{\"newField\":{{\"list\":[1,null,\"три\"],\"flag\":true}},\"limit\":10.25{comma}{rest}")
    } else if let Some((before, after)) = after_first_element(&text) {
        format!("{before}<newField flag=\"true\"><item>три</item><item/></newField>{after}")
    } else {
        return answer;
    };
    Answer {
        body: more.into_bytes(),
        ..answer
    }
}

/// Cuts an XML text behind its first closed element.
fn after_first_element(text: &str) -> Option<(&str, &str)> {
    let closing = text.find("</")?;
    let end = closing + text.get(closing..)?.find('>')? + 1;
    text.starts_with('<')
        .then(|| text.split_at_checked(end))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_strikes_as_often_as_it_says_and_only_at_its_endpoint() {
        let mut plan = Plan::new(1);
        plan.add(Rule {
            endpoint: Some(Endpoint::PaymentInfo),
            fault: Fault::DropAfter,
            when: When::Next(2),
        });
        assert_eq!(plan.draw(Endpoint::RegisterQr).fault, None);
        assert_eq!(plan.draw(Endpoint::PaymentInfo).fault, Some(Fault::DropAfter));
        assert_eq!(plan.draw(Endpoint::PaymentInfo).fault, Some(Fault::DropAfter));
        assert_eq!(plan.draw(Endpoint::PaymentInfo).fault, None);
        assert!(plan.rules().is_empty());
    }

    #[test]
    fn delays_add_up_with_another_fault() {
        let mut plan = Plan::new(1);
        plan.add(Rule {
            endpoint: None,
            fault: Fault::Delay { ms: 20 },
            when: When::Next(1),
        });
        plan.add(Rule {
            endpoint: None,
            fault: Fault::EmptyBody,
            when: When::Next(1),
        });
        plan.add(Rule {
            endpoint: None,
            fault: Fault::Delay { ms: 30 },
            when: When::Next(1),
        });
        let drawn = plan.draw(Endpoint::PaymentInfo);
        assert_eq!((drawn.delay_ms, drawn.fault), (50, Some(Fault::EmptyBody)));
    }

    #[test]
    fn the_same_seed_draws_the_same_faults() {
        let draws = |seed| {
            let mut plan = Plan::new(seed);
            plan.add(Rule {
                endpoint: None,
                fault: Fault::DropBefore,
                when: When::ChancePerMille(500),
            });
            (0..64)
                .map(|_| plan.draw(Endpoint::Refund).fault.is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(draws(5), draws(5));
        assert_ne!(draws(5), draws(6));
    }

    #[test]
    fn xml_is_spoiled_as_json_is() {
        let spoil = |fault| {
            let drawn = Drawn {
                delay_ms: 0,
                fault: Some(fault),
            };
            let answer = Answer::new(200, "text/xml", "<a><state>PAID</state><id>7</id></a>");
            drawn.spoil(answer, &["state"]).answer().unwrap().text()
        };
        assert_eq!(
            spoil(Fault::UnknownStatus),
            format!("<a><state>{UNKNOWN_WORD}</state><id>7</id></a>")
        );
        let more = spoil(Fault::ExtraFields);
        assert!(more.starts_with("<a><state>PAID</state><newField"), "{more}");
        assert!(more.ends_with("</newField><id>7</id></a>"), "{more}");
    }

    #[test]
    fn rules_are_bounded() {
        let mut plan: Plan = Plan::new(1);
        for _ in 0..MAX_RULES + 5 {
            plan.add(Rule {
                endpoint: None,
                fault: Fault::EmptyBody,
                when: When::Next(1),
            });
        }
        assert_eq!(plan.rules().len(), MAX_RULES);
    }
}
