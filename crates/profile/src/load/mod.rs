//! Reads a profile out of its file. Everything is checked here, and every fault is told at once.

mod answer;
mod auth;
mod calls;
mod checks;
mod keys;
mod layers;

use crate::faults::Faults;
use crate::intern::intern;
use crate::model::{Module, Variant};
use conf::{Document, Node, Problem};
use domain::{LostRegistration, ModuleName, Taking};
use layers::Layers;

/// The most modules of one file.
const MODULES_MAX: usize = 16;

/// What may stand at the top for every module, or in a module for itself.
const SECTION: [&str; 21] = [
    "auth",
    "headers",
    "sign",
    "money",
    "format",
    "answer",
    "words",
    "errors",
    "keys",
    "defaults",
    "tenders",
    "tender_codes",
    "calls",
    "can",
    "cash_link",
    "customer_code",
    "subscriber",
    "reservation",
    "lost_registration",
    "title",
    "note",
];

/// What `linked` may say anew: the conversation, not the settings.
const LINKED: [&str; 9] = [
    "money",
    "answer",
    "words",
    "errors",
    "calls",
    "can",
    "cash_link",
    "customer_code",
    "lost_registration",
];

/// Reads every module of a document.
pub(crate) fn modules(document: &Document) -> Result<Vec<Module>, Faults> {
    let mut faults = Faults::default();
    let mut known = SECTION.to_vec();
    known.push("modules");
    for name in document.names() {
        if !known.contains(&name) {
            let unknown = Problem::UnknownKey(conf::nearest(name, &known));
            faults.add(document.top(name).error(unknown));
        }
    }
    let all = document.top("modules");
    if !all.is_there() {
        faults.add(all.error(Problem::Missing(
            "name the module or modules that this profile serves: modules { qrbank {} }",
        )));
    } else if !all.is_object() || all.names().is_empty() || all.names().len() > MODULES_MAX {
        faults.unusable(&all, format!("must be 1 to {MODULES_MAX} modules in braces"));
    }
    let names = all.names();
    let modules: Vec<Module> = names
        .iter()
        .take(MODULES_MAX)
        .filter_map(|name| module(document, &all.get(name), name, &mut faults))
        .collect();
    if faults.0.is_empty() {
        Ok(modules)
    } else {
        Err(faults)
    }
}

fn module(document: &Document, node: &Node<'_>, name: &str, faults: &mut Faults) -> Option<Module> {
    let mut known = SECTION.to_vec();
    known.push("linked");
    faults.only(node, &known);
    if let Err(error) = ModuleName::new(name) {
        faults.unusable(node, error.to_string());
    }
    let layers = Layers::of_module(document, node.clone());
    let title = |language, faults: &mut Faults| {
        let text = layers.title(language);
        let found = faults.take(text.text()).flatten();
        if found.is_none() {
            faults.add(text.error(Problem::Missing(
                "the provider's name for people: title { ru = \"…\", en = \"…\" }",
            )));
        }
        found.map(|text| intern(&text))
    };
    let (title_ru, title_en) = (title("ru", faults), title("en", faults));
    let keys = keys::read(&layers, faults);
    let auth = auth::read(&layers, &keys, faults);
    let plain = variant(&layers, &keys, &auth, faults);
    let linked = node.get("linked");
    let linked = linked.is_there().then(|| {
        faults.only(&linked, &LINKED);
        variant(&layers.over(linked), &keys, &auth, faults)
    });
    Some(Module {
        name: intern(name),
        title_ru: title_ru?,
        title_en: title_en?,
        keys,
        auth,
        plain,
        linked,
    })
}

fn variant(
    layers: &Layers<'_>,
    keys: &[connector::Key],
    auth: &crate::model::Auth,
    faults: &mut Faults,
) -> Variant {
    let flag = |name, faults: &mut Faults| faults.take(layers.first(name).flag()).flatten().unwrap_or(false);
    let (cash_link, reservation) = (flag("cash_link", faults), flag("reservation", faults));
    let subscriber = flag("subscriber", faults);
    let customer_code = word(
        &layers.first("customer_code"),
        &[
            ("never", Taking::Never),
            ("optional", Taking::Optional),
            ("always", Taking::Always),
        ],
        faults,
    );
    let lost = word(
        &layers.first("lost_registration"),
        &[
            ("repeat", LostRegistration::RepeatSameOrder),
            ("ask", LostRegistration::AskByOrder),
        ],
        faults,
    );
    let can = calls::abilities(layers, faults);
    let read = calls::read(layers, keys, auth, cash_link, faults);
    let variant = Variant {
        can,
        cash_link,
        reservation,
        lost: lost.unwrap_or(LostRegistration::AskByOrder),
        customer_code: customer_code.unwrap_or_default(),
        subscriber,
        tender_codes: calls::tender_codes(layers, keys, &read.tenders, faults),
        tenders: read.tenders,
        calls: read.calls,
    };
    checks::variant(layers, &variant, faults);
    variant
}

/// One of a few words; none when it is not written or not one of them.
fn word<T: Copy>(node: &Node<'_>, words: &[(&'static str, T)], faults: &mut Faults) -> Option<T> {
    let text = faults.take(node.text()).flatten()?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        faults.unusable(
            node,
            format!("`{text}` is not known here; write one of: {}", names.join(", ")),
        );
    }
    found.map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests;
