//! How we prove who we are, and how messages are signed.

use super::layers::Layers;
use super::word;
use crate::faults::Faults;
use crate::model::{Algorithm, Auth, Encoding, OAuth, Sign};
use crate::template::{Names, Text};
use conf::{Node, Problem};
use connector::{Key, KeyType};

/// Reads `auth`.
pub(super) fn read(layers: &Layers<'_>, keys: &[Key], faults: &mut Faults) -> Auth {
    let node = layers.first("auth");
    faults.only(&node, &["bearer", "basic", "oauth", "client_certificate"]);
    let basic = node.get("basic");
    faults.only(&basic, &["login", "password"]);
    let oauth = node.get("oauth");
    faults.only(&oauth, &["path", "id", "secret", "scope", "credentials"]);
    let several = ["bearer", "basic", "oauth"]
        .iter()
        .filter(|name| node.get(name).is_there());
    if several.count() > 1 {
        faults.unusable(
            &node,
            "only one of bearer, basic and oauth can fill the header Authorization",
        );
    }
    let bearer = node.get("bearer");
    let bearer = bearer.is_there().then(|| secret(&bearer, keys, faults)).flatten();
    let login = basic.is_there().then(|| {
        let login = key(&basic.get("login"), keys, faults);
        let password = secret(&basic.get("password"), keys, faults);
        Some((login?, password?))
    });
    let client_certificate = faults.take(node.get("client_certificate").flag()).flatten();
    Auth {
        bearer,
        basic: login.flatten(),
        oauth: oauth
            .is_there()
            .then(|| read_oauth(&oauth, keys, faults))
            .flatten(),
        client_certificate: client_certificate.unwrap_or(false),
    }
}

fn read_oauth(node: &Node<'_>, keys: &[Key], faults: &mut Faults) -> Option<OAuth> {
    let path = node.get("path");
    let text = faults.take(path.text()).flatten().unwrap_or_default();
    if !text.starts_with('/') || text.contains(['{', '}', ' ']) {
        faults.unusable(
            &path,
            "is the path of the login under `url` and begins with a slash",
        );
    }
    let id = key(&node.get("id"), keys, faults);
    let secret = secret(&node.get("secret"), keys, faults);
    let scope = faults.take(node.get("scope").text()).flatten();
    let in_body = word(
        &node.get("credentials"),
        &[("header", false), ("body", true)],
        faults,
    );
    Some(OAuth {
        path: text,
        id: id?,
        secret: secret?,
        scope: scope.unwrap_or_default(),
        in_body: in_body.unwrap_or(false),
    })
}

/// Reads `sign` for one call.
pub(super) fn read_sign(layers: &Layers<'_>, names: &Names<'_>, faults: &mut Faults) -> Option<Sign> {
    let node = layers.first("sign");
    if !node.is_there() {
        return None;
    }
    faults.only(&node, &["with", "key", "over", "as"]);
    let with = node.get("with");
    let algorithm = word(
        &with,
        &[("hmac_sha256", Algorithm::Hmac), ("rsa_sha256", Algorithm::Rsa)],
        faults,
    );
    if !with.is_there() {
        faults.add(with.error(Problem::Missing("hmac_sha256 or rsa_sha256")));
    }
    let encoding = node.get("as");
    let written = word(
        &encoding,
        &[("hex", Encoding::Hex), ("base64", Encoding::Base64)],
        faults,
    );
    if !encoding.is_there() {
        faults.add(encoding.error(Problem::Missing("how the signature is written: hex or base64")));
    }
    let key = secret(&node.get("key"), names.keys, faults);
    let over = node.get("over");
    let signed = Names {
        signed: true,
        signature: false,
        ..*names
    };
    let written_over = faults.take(over.text())?;
    if written_over.is_none() {
        faults.add(over.error(Problem::Missing(
            "what is signed: \"{body}\", or fields like \"{order};{amount}\"",
        )));
    }
    let text = written_over.and_then(|text| {
        Text::parse(&text, &signed)
            .map_err(|problem| faults.unusable(&over, problem))
            .ok()
    });
    Some(Sign {
        with: algorithm?,
        key: key?,
        over: text?,
        encoding: written?,
    })
}

/// The name of a declared key.
fn key(node: &Node<'_>, keys: &[Key], faults: &mut Faults) -> Option<&'static str> {
    find(node, keys, faults).map(|key| key.name)
}

/// The name of a declared key that holds a secret.
fn secret(node: &Node<'_>, keys: &[Key], faults: &mut Faults) -> Option<&'static str> {
    let key = find(node, keys, faults)?;
    if !matches!(key.kind, KeyType::Secret | KeyType::Pem) {
        faults.unusable(
            node,
            format!("the key `{}` must have the type secret or pem", key.name),
        );
        return None;
    }
    Some(key.name)
}

fn find<'k>(node: &Node<'_>, keys: &'k [Key], faults: &mut Faults) -> Option<&'k Key> {
    let Some(name) = faults.take(node.text())? else {
        faults.add(node.error(Problem::Missing("the name of a key that is declared in `keys`")));
        return None;
    };
    let found = keys.iter().find(|key| key.name == name);
    if found.is_none() {
        let names: Vec<&'static str> = keys.iter().map(|key| key.name).collect();
        let near = conf::nearest(&name, &names).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        faults.unusable(
            node,
            format!("the settings have no key `{name}`{near}; declare it in `keys`"),
        );
    }
    found
}
