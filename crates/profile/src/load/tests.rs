use crate::{Faults, Profile};
use std::path::Path;

const GOOD: &str = include_str!("../fixtures/bank.conf");

fn faults(text: &str) -> Vec<String> {
    match Profile::parse(Path::new("bank.conf"), text) {
        Ok(_) => Vec::new(),
        Err(Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_good_profile_is_read() {
    assert_eq!(faults(GOOD), Vec::<String>::new());
    let profile = Profile::parse(Path::new("bank.conf"), GOOD).unwrap();
    assert_eq!(profile.names().collect::<Vec<_>>(), ["qrmybank"]);
}

/// What is put in place of what, and the only fault that comes of it: with file, line, key and remedy.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "modules { qrmybank {} }",
        "moduls { qrmybank {} }",
        "bank.conf:38: moduls: unknown key; did you mean `modules`?",
    ),
    (
        "modules { qrmybank {} }",
        "modules { QR-Bank {} }",
        "bank.conf:38: modules.QR-Bank: a module name may hold small letters",
    ),
    (
        "modules { qrmybank {} }",
        "modules { qrmybank { cals {} } }",
        "bank.conf:38: modules.qrmybank.cals: unknown key; did you mean `calls`?",
    ),
    (
        "modules { qrmybank {} }",
        "modules { qrmybank { linked { keys {} } } }",
        "bank.conf:38: modules.qrmybank.linked.keys: unknown key",
    ),
    (
        "title { ru = \"Мой банк\", en",
        "title { en",
        "title.ru: is missing: the provider's name for people",
    ),
    (
        "bearer = token",
        "bearer = tokn",
        "bank.conf:2: auth.bearer: the settings have no key `tokn`; did you mean `token`?",
    ),
    (
        "bearer = token",
        "bearer = shop",
        "bank.conf:2: auth.bearer: the key `shop` must have the type secret or pem",
    ),
    (
        "bearer = token",
        "bearer = token, basic { login = shop, password = token }",
        "bank.conf:2: auth: only one of bearer, basic and oauth",
    ),
    (
        "auth { bearer = token }",
        "auth { oauth { path = token, id = shop, secret = token } }",
        "bank.conf:2: auth.oauth.path: is the path of the login under `url`",
    ),
    (
        "auth { bearer = token }",
        "sign { with = md5, key = token, over = \"{body}\", as = hex }",
        "sign.with: `md5` is not known here; write one of: hmac_sha256, rsa_sha256",
    ),
    (
        "money = kopecks",
        "money = dollars",
        "bank.conf:3: money: `dollars` is not known here; write one of: kopecks, rubles",
    ),
    (
        "money = kopecks\n",
        "\n",
        "money: is missing: what the provider counts money in: kopecks or rubles",
    ),
    (
        "lost_registration = ask\n",
        "\n",
        "lost_registration: is missing: what to do when the answer to a registration is lost",
    ),
    (
        "can = [revoke, refund]",
        "can = [revok]",
        "bank.conf:5: can[0]: `revok` is not known here; write one of: revoke, refund",
    ),
    (
        "can = [revoke, refund]",
        "can = [link_check]",
        "calls.link_check: is missing: `can` names link_check",
    ),
    (
        "can = [revoke, refund]",
        "can = [partial_refund]",
        "bank.conf:5: can: partial_refund needs refund",
    ),
    (
        "{ type = secret, required",
        "{ type = secrt, required",
        "bank.conf:7: keys.token.type: `secrt` is no type",
    ),
    (
        "max = 32",
        "max = 32, colour = red",
        "bank.conf:8: keys.shop.colour: unknown key",
    ),
    (
        "max = 32",
        "max = lots",
        "bank.conf:8: keys.shop.max: expected a whole number",
    ),
    (
        "max = 32",
        "max = 2, default = abc",
        "bank.conf:8: keys.shop.default: key `shop`: may have at most 2 characters",
    ),
    (
        ", en = \"Shop\"",
        "",
        "bank.conf:8: keys.shop.en: is missing: what the key means",
    ),
    (
        "  shop {",
        "  interval { type = integer, ru = \"П\", en = \"P\" }\n  shop {",
        "bank.conf:8: keys.interval: every module has this key already",
    ),
    (
        "ok { at = /code, is = [\"0\"] }",
        "ok { at = /code }",
        "bank.conf:10: answer.ok: write where it stands and what it says",
    ),
    (
        "ok { at = /code",
        "ok { at = code",
        "bank.conf:10: answer.ok.at: `code` is no place in JSON: a JSON pointer begins with a slash",
    ),
    (
        "message = /message",
        "message = \"/a~b\"",
        "bank.conf:10: answer.message: `/a~b` is no JSON pointer",
    ),
    (
        "message = /message }",
        "message = /message, status = /s }",
        "bank.conf:10: answer.status: unknown key",
    ),
    (
        "paid = [PAID]",
        "payd = [PAID]",
        "bank.conf:12: words.payment.payd: unknown key; did you mean `paid`?",
    ),
    (
        "paid = [PAID], ",
        "",
        "words.payment.paid: is missing: the provider's word for a payment whose money has moved",
    ),
    (
        "declined = [NO], expired",
        "declined = [PAID], expired",
        "bank.conf:12: words.payment.declined[0]: `PAID` stands under two meanings",
    ),
    (
        "completed = [DONE]",
        "completed = []",
        "words.refund.completed: is missing: the provider's word for a refund whose money went back",
    ),
    (
        "busy = [\"503\"]",
        "bussy = [\"503\"]",
        "bank.conf:15: errors.bussy: unknown key; did you mean `busy`?",
    ),
    (
        "    method = POST\n",
        "",
        "bank.conf:17: calls.register.method: is missing: GET, POST, PUT, DELETE or PATCH",
    ),
    (
        "    method = POST\n",
        "    method = SEND\n",
        "bank.conf:18: calls.register.method: `SEND` is not known here",
    ),
    (
        "    path = /orders\n",
        "    path = orders\n",
        "bank.conf:19: calls.register.path: begins with a slash",
    ),
    (
        "    path = /orders\n",
        "    path = \"/orders?a=1\"\n",
        "bank.conf:19: calls.register.path: holds characters that no path has",
    ),
    (
        "    path = /orders\n",
        "    path = \"/orders/{key.token}\"\n",
        "bank.conf:19: calls.register.path: a secret does not stand in an address",
    ),
    (
        "    path = /orders\n",
        "    path = /orders\n    query { t = \"{key.token}\" }\n",
        "bank.conf:20: calls.register.query.t: a secret does not stand in an address",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{amonut}\", text",
        "bank.conf:20: calls.register.json.sum: `{amonut}` is not known in `register`; did you mean `{amount}`?",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{amount|roubles}\", text",
        "bank.conf:20: calls.register.json.sum: `{amount|roubles}`: `roubles` does not fit here; a sum takes",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{now}\", text",
        "bank.conf:20: calls.register.json.sum: `{now}`: say how a moment is written: iso",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{life}\", text",
        "bank.conf:20: calls.register.json.sum: `{life}`: say what it is counted in",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{amount\", text",
        "bank.conf:20: calls.register.json.sum: has a brace without its partner",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{item.sum}\", text",
        "bank.conf:20: calls.register.json.sum: `{item.sum}` is not known in `register`",
    ),
    (
        "sum = \"{amount}\", text",
        "sum = \"{signature}\", text",
        "bank.conf:20: calls.register.json.sum: `{signature}` is not known in `register`",
    ),
    (
        "sum = \"{amount}\", text",
        "a { \"{items}\" = 1, b = 2 }, text",
        "bank.conf:20: calls.register.json.a.{items}: stands beside other members",
    ),
    (
        "sum = \"{amount}\", text",
        "a { \"{lines}\" = 1 }, text",
        "bank.conf:20: calls.register.json.a.{lines}: a member in braces is {items} or {orders}",
    ),
    (
        "    json { id = \"{order}\", shop",
        "    form { x = 1 }\n    json { id = \"{order}\", shop",
        "bank.conf:17: calls.register: has several bodies",
    ),
    (
        "    json { id = \"{order}\", shop = \"{key.shop}\"",
        "    json { id = \"{order}\", shop = \"{key.shpo}\"",
        "bank.conf:20: calls.register.json.shop: the settings have no key `shpo`; did you mean `{key.shop}`?",
    ),
    (
        "    json { id = \"{order}\", shop",
        "    json { shop",
        "bank.conf:17: calls.register: with lost_registration = ask the provider must be told our id",
    ),
    (
        ", payload = /link",
        "",
        "calls.register.answer.payload: is missing: what the QR must hold",
    ),
    (
        "payload = /link",
        "payload = /link, lnik = /x",
        "bank.conf:21: calls.register.answer.lnik: unknown key",
    ),
    (
        "payload = /link",
        "payload = \"{key.token}\"",
        "bank.conf:21: calls.register.answer.payload: a secret is neither compared nor kept",
    ),
    (
        "payload = /link",
        "payload = /link, expires_at { at = /till }",
        "bank.conf:21: calls.register.answer.expires_at: write where it stands and how",
    ),
    (
        "    path = \"/orders/{order}\"\n",
        "    path = \"/orders/{ref.qr_id}\"\n",
        "bank.conf:23: calls.status: with lost_registration = ask it must",
    ),
    (
        "    path = \"/orders/{order}\"\n",
        "    path = \"/orders/{order}/{ref.qrid}\"\n",
        "bank.conf:25: calls.status.path: no answer keeps `qrid`; kept are qr_id, trx",
    ),
    (
        "status = /status, amount = /sum, keep",
        "amount = /sum, keep",
        "bank.conf:26: calls.status.answer.status: is missing: where the status word stands",
    ),
    (
        "about { /id = \"{order}\" }, status = /status, amount = /sum, keep",
        "list = /l, status = /status, keep",
        "bank.conf:26: calls.status.answer.about: is missing: which element of the list is ours",
    ),
    (
        "    path = \"/orders/{order}\"\n",
        "    path = \"/orders/{order}\"\n    many = 5\n",
        "bank.conf:26: calls.status.many: needs a list of payments in the body",
    ),
    (
        "  revoke { method = DELETE, path = \"/orders/{order}\" }\n",
        "\n",
        "calls.revoke: is missing: `can` names revoke",
    ),
    (
        "json { id = \"{refund}\", sum = \"{amount}\" }",
        "json { sum = \"{amount}\" }",
        "bank.conf:29: calls.refund: must name {refund}",
    ),
    (
        "path = \"/refunds/{refund}\"",
        "path = /refunds",
        "bank.conf:33: calls.refund_status: must name {refund}",
    ),
];

#[test]
fn each_mistake_is_told_with_line_key_and_remedy() {
    for (good, bad, expected) in MISTAKES {
        assert!(GOOD.contains(good), "{good}");
        let text = GOOD.replacen(good, bad, 1);
        let found = faults(&text);
        assert!(
            found.iter().any(|fault| fault.contains(expected)),
            "{bad}\nexpected: {expected}\nfound:\n{}",
            found.join("\n")
        );
    }
}

#[test]
fn a_refund_without_a_question_about_it_is_refused() {
    let start = GOOD.find("  refund_status {").unwrap();
    let text = format!("{}}}\nmodules {{ qrmybank {{}} }}\n", &GOOD[..start]);
    let found = faults(&text);
    let expected = "calls.refund_status: is missing: a refund whose answer is lost must be asked about";
    assert!(found.iter().any(|fault| fault.contains(expected)), "{found:?}");
}

#[test]
fn every_fault_is_told_at_once_and_once() {
    let text = GOOD
        .replace("{amount}", "{sum}")
        .replace("payload = /link", "payload = link")
        .replace("modules { qrmybank {} }", "modules { qrone {}, qrtwo {} }");
    let found = faults(&text);
    assert_eq!(found.len(), 3, "{}", found.join("\n"));
}

#[test]
fn what_is_no_hocon_is_told_with_its_line() {
    let found = faults("title {\n  ru = [\n");
    assert!(found[0].starts_with("bank.conf:"), "{found:?}");
    assert!(faults("")[0].contains("modules: is missing"), "{:?}", faults(""));
}

#[test]
fn a_signature_must_be_sent() {
    let signed = |headers: &str| {
        GOOD.replace(
            "money = kopecks",
            &format!("money = kopecks\nsign {{ with = hmac_sha256, key = token, over = \"{{body}}\", as = hex }}\n{headers}"),
        )
    };
    let found = faults(&signed(""));
    assert!(
        found
            .iter()
            .any(|fault| fault.contains("sign: `register` does not send the signature")),
        "{found:?}"
    );
    assert_eq!(
        faults(&signed("headers { X-Sign = \"{signature}\" }")),
        Vec::<String>::new()
    );
    // The body cannot hold the signature of itself.
    let inside = signed("").replace(
        "{ id = \"{order}\", shop",
        "{ sign = \"{signature}\", id = \"{order}\", shop",
    );
    let found = faults(&inside);
    assert!(
        found
            .iter()
            .any(|fault| fault.contains("`{signature}` is not known")),
        "{found:?}"
    );
}

#[test]
fn xml_that_is_none_is_refused() {
    let with = |xml: &str| {
        let register =
            "json { id = \"{order}\", shop = \"{key.shop}\", sum = \"{amount}\", text = \"{purpose|140}\" }";
        assert!(GOOD.contains(register));
        faults(&GOOD.replace(register, &format!("xml = \"\"\"{xml}\"\"\"")))
    };
    assert_eq!(
        with("<a><b>{order}</b>{items}<c>{item.name}</c>{/items}</a>"),
        Vec::<String>::new()
    );
    for (xml, expected) in [
        ("<a><b>{order}</a>", "is no XML document"),
        (
            "<a>{order}{items}<c>{item.name}</d>{/items}</a>",
            "is no XML document",
        ),
        ("<a>{order}{items}<c/></a>", "has {items} without {/items}"),
        ("<a>{order}{item.name}</a>", "`{item.name}` is not known"),
    ] {
        let found = with(xml);
        assert!(
            found.iter().any(|fault| fault.contains(expected)),
            "{xml}: {found:?}"
        );
    }
}
