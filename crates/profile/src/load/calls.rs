//! The calls of a module.

use super::answer::Reader;
use super::auth::read_sign;
use super::layers::{Layers, members};
use super::word;
use crate::answer::body::Format;
use crate::faults::Faults;
use crate::model::{Auth, BodyPattern, CallPattern, Can, Needed};
use crate::money::Unit;
use crate::template::{Json, Name, Names, Step, Text, Xml};
use conf::{Node, Problem};
use connector::{Key, Method};
use std::collections::{BTreeMap, BTreeSet};

/// The most headers, fields or tenders of a call.
const FIELDS_MAX: usize = 64;

/// The most payments that one call may ask about.
const MANY_MAX: u64 = 1_000;

const CALL: [&str; 13] = [
    "method", "path", "query", "headers", "json", "form", "xml", "scope", "many", "answer", "errors",
    "words", "money",
];

const METHODS: [(&str, Method); 5] = [
    ("GET", Method::Get),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("DELETE", Method::Delete),
    ("PATCH", Method::Patch),
];

/// What was read of all calls.
pub(super) struct Calls {
    pub calls: BTreeMap<Step, CallPattern>,
    pub tenders: Vec<(String, Text)>,
}

/// Reads `can`.
pub(super) fn abilities(layers: &Layers<'_>, faults: &mut Faults) -> Can {
    const WORDS: [&str; 5] = ["revoke", "refund", "partial_refund", "link_check", "link_bind"];
    let words = WORDS.map(|word| (word, word));
    let listed = faults.take(layers.first("can").list()).unwrap_or_default();
    let named: Vec<&str> = listed
        .iter()
        .filter_map(|one| word(one, &words, faults))
        .collect();
    Can {
        revoke: named.contains(&"revoke"),
        refund: named.contains(&"refund"),
        partial_refund: named.contains(&"partial_refund"),
        link_check: named.contains(&"link_check"),
        link_bind: named.contains(&"link_bind"),
    }
}

/// Reads every call.
pub(super) fn read(
    layers: &Layers<'_>,
    keys: &[Key],
    auth: &Auth,
    cash_link: bool,
    faults: &mut Faults,
) -> Calls {
    let known: Vec<&'static str> = Step::ALL.iter().map(|step| step.name()).collect();
    for calls in layers.each("calls") {
        faults.only(&calls, &known);
    }
    let all = layers.members("calls");
    let kept = |refunds: bool| -> BTreeSet<String> {
        let of_kind = all
            .iter()
            .filter(|(name, _)| name.starts_with("refund") == refunds);
        of_kind
            .flat_map(|(_, call)| call.get("answer").get("keep").names())
            .map(str::to_owned)
            .collect()
    };
    let (kept, refund_kept) = (kept(false), kept(true));
    let names = |step| Names {
        step,
        keys,
        kept: &kept,
        refund_kept: &refund_kept,
        item: false,
        signature: layers.first("sign").is_there(),
        signed: false,
    };
    let mut calls = BTreeMap::new();
    for step in Step::ALL {
        let Some((_, node)) = all.iter().find(|(name, _)| *name == step.name()) else {
            continue;
        };
        // A sticker's order is ended ahead of a new one only where there is a sticker.
        if step == Step::Deactivate && !cash_link {
            continue;
        }
        if let Some(call) = read_call(layers, node, &names(step), auth, faults) {
            calls.insert(step, call);
        }
    }
    let tenders = texts(&layers.members("tenders"), &names(Step::Register), faults);
    Calls { calls, tenders }
}

/// Reads `tender_codes`: for a system of `tenders` the key that holds the register's own code of it.
pub(super) fn tender_codes(
    layers: &Layers<'_>,
    keys: &[Key],
    tenders: &[(String, Text)],
    faults: &mut Faults,
) -> Vec<(String, &'static str)> {
    let mut codes = Vec::new();
    for (name, node) in layers.members("tender_codes") {
        if !tenders.iter().any(|(tender, _)| *tender == name) {
            faults.unusable(&node, "`tenders` has no such system");
            continue;
        }
        let written = faults.take(node.text()).flatten().unwrap_or_default();
        match keys.iter().find(|key| key.name == written) {
            Some(key) => codes.push((name.to_owned(), key.name)),
            None => faults.unusable(
                &node,
                format!("the settings have no key `{written}`; declare it in `keys`"),
            ),
        }
    }
    codes
}

fn read_call(
    layers: &Layers<'_>,
    node: &Node<'_>,
    names: &Names<'_>,
    auth: &Auth,
    faults: &mut Faults,
) -> Option<CallPattern> {
    faults.only(node, &CALL);
    let format = word(
        &layers.first("format"),
        &[("json", Format::Json), ("xml", Format::Xml)],
        faults,
    );
    let unit = unit(layers, node, faults);
    let method = node.get("method");
    if !method.is_there() {
        faults.add(method.error(Problem::Missing("GET, POST, PUT, DELETE or PATCH")));
    }
    let method = word(&method, &METHODS, faults);
    let path = read_path(&node.get("path"), names, faults);
    let query = texts(&members(std::iter::once(node.get("query"))), names, faults);
    for (name, text) in &query {
        if text.is_secret() {
            faults.unusable(&node.get("query").get(name), IN_ADDRESS);
        }
    }
    let sign = read_sign(layers, names, faults);
    let signs_body = sign.as_ref().is_some_and(|sign| sign.over.mentions("body"));
    let in_body = Names {
        signature: names.signature && !signs_body,
        ..*names
    };
    let body = read_body(node, &in_body, faults);
    let each = std::iter::once(node.get("headers")).chain(layers.each("headers"));
    let headers = read_headers(&members(each), names, auth, faults);
    let many = faults.take(node.get("many").integer(&(1..=MANY_MAX))).flatten();
    let scope = faults.take(node.get("scope").text()).flatten();
    if scope.is_some() && auth.oauth.is_none() {
        faults.unusable(&node.get("scope"), "a scope needs the login of auth.oauth");
    }
    let reader = Reader {
        layers,
        call: node,
        names,
        unit,
        format: format.unwrap_or_default(),
    };
    let mut call = CallPattern {
        step: names.step,
        method: method?,
        path: path?,
        query,
        headers,
        body: body?,
        scope,
        sign,
        many: many.and_then(|many| usize::try_from(many).ok()).unwrap_or(1),
        answer: reader.read(faults),
        needs: Vec::new(),
    };
    call.needs = needs(&call);
    check_many(node, &call, faults);
    if call.sign.is_some() && !call.mentions("signature") {
        let place = layers.first("sign");
        let name = names.step.name();
        faults.unusable(
            &place,
            format!("`{name}` does not send the signature: put {{signature}} into a header, or into the body when the body itself is not signed"),
        );
    }
    Some(call)
}

const IN_ADDRESS: &str = "a secret does not stand in an address: addresses are logged on both sides";

fn unit(layers: &Layers<'_>, node: &Node<'_>, faults: &mut Faults) -> Unit {
    const UNITS: [(&str, Unit); 2] = [("kopecks", Unit::Kopecks), ("rubles", Unit::Rubles)];
    let own = node.get("money");
    let money = if own.is_there() {
        own
    } else {
        layers.first("money")
    };
    if !money.is_there() {
        faults.add(money.error(Problem::Missing(
            "what the provider counts money in: kopecks or rubles",
        )));
    }
    word(&money, &UNITS, faults).unwrap_or_default()
}

fn read_path(node: &Node<'_>, names: &Names<'_>, faults: &mut Faults) -> Option<Text> {
    let Some(text) = faults.take(node.text())? else {
        faults.add(node.error(Problem::Missing(
            "the path under `url`, with a slash at its beginning",
        )));
        return None;
    };
    let path = Text::parse(&text, names)
        .map_err(|problem| faults.unusable(node, problem))
        .ok()?;
    let literal = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>' | '\\');
    if !text.starts_with('/') && !text.is_empty() {
        faults.unusable(node, "begins with a slash; it is put behind `url`");
    } else if path.is_secret() {
        faults.unusable(node, IN_ADDRESS);
    } else if !text
        .split(['{', '}'])
        .step_by(2)
        .all(|part| part.chars().all(literal))
    {
        faults.unusable(
            node,
            "holds characters that no path has; what follows a question mark stands under `query`",
        );
    } else {
        return Some(path);
    }
    None
}

fn read_headers(
    all: &[(&str, Node<'_>)],
    names: &Names<'_>,
    auth: &Auth,
    faults: &mut Faults,
) -> Vec<(String, Text)> {
    for (name, node) in all {
        let token = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !token {
            faults.unusable(node, "is no name of a header; quote a name that holds a dot");
        }
        let fills_it = auth.bearer.is_some() || auth.basic.is_some() || auth.oauth.is_some();
        if name.eq_ignore_ascii_case("authorization") && fills_it {
            faults.unusable(node, "`auth` fills this header already");
        }
    }
    texts(all, names, faults)
}

/// Texts with placeholders by name.
fn texts(all: &[(&str, Node<'_>)], names: &Names<'_>, faults: &mut Faults) -> Vec<(String, Text)> {
    let mut read = Vec::new();
    if let Some((_, node)) = all.get(FIELDS_MAX) {
        faults.unusable(node, format!("is one too many: there may be {FIELDS_MAX}"));
    }
    for (name, node) in all.iter().take(FIELDS_MAX) {
        let Some(text) = faults.take(node.text()).flatten() else {
            continue;
        };
        match Text::parse(&text, names) {
            Ok(text) => read.push(((*name).to_owned(), text)),
            Err(problem) => faults.unusable(node, problem),
        }
    }
    read
}

fn read_body(node: &Node<'_>, names: &Names<'_>, faults: &mut Faults) -> Option<BodyPattern> {
    let written: Vec<&str> = ["json", "form", "xml"]
        .into_iter()
        .filter(|name| node.get(name).is_there())
        .collect();
    let [name] = written.as_slice() else {
        if written.len() > 1 {
            faults.unusable(node, "has several bodies; keep one of json, form and xml");
            return None;
        }
        return Some(BodyPattern::Nothing);
    };
    let body = node.get(name);
    match *name {
        "json" => {
            if !body.is_object() && !body.is_list() {
                faults.unusable(
                    &body,
                    "is written as an object in braces or a list in brackets, not as text",
                );
                return None;
            }
            Json::parse(&body, names, faults).map(BodyPattern::Json)
        }
        "form" => Some(BodyPattern::Form(texts(
            &members(std::iter::once(body)),
            names,
            faults,
        ))),
        _ => {
            let text = faults.take(body.text()).flatten()?;
            let xml = Xml::parse(&text, names).and_then(|xml| xml.check().map(|()| xml));
            xml.map_err(|problem| faults.unusable(&body, problem))
                .ok()
                .map(BodyPattern::Xml)
        }
    }
}

/// The provider's ids without which the call says nothing: those in its path and in its list of payments, and, when it
/// names neither our order nor our refund, all of them.
fn needs(call: &CallPattern) -> Vec<String> {
    let ours = call.mentions("order") || call.mentions("refund");
    let mut needs = BTreeSet::new();
    call.visit(|place, needed| {
        if let Name::Reference(name) | Name::RefundReference(name) = &place.name
            && (needed == Needed::Always || !ours)
        {
            needs.insert(name.clone());
        }
    });
    needs.into_iter().collect()
}

fn check_many(node: &Node<'_>, call: &CallPattern, faults: &mut Faults) {
    let asks_many = matches!(&call.body, BodyPattern::Json(json) if json.asks_many());
    let many = node.get("many");
    if call.step != Step::Status {
        if many.is_there() || asks_many {
            faults.unusable(node, "only `status` may ask about many payments at once");
        }
        return;
    }
    if call.many > 1 && !asks_many {
        faults.unusable(
            &many,
            "needs a list of payments in the body: { \"{orders}\" = \"{ref.qrc_id}\" }",
        );
    }
    if call.many > 1 && call.answer.list.is_none() {
        faults.unusable(&many, "needs `answer.list`: where the answer lists the payments");
    }
}
