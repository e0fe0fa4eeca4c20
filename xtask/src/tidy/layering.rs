//! Who may depend on whom. A crate that has no HTTP client cannot send: purity is a matter of manifests.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// One room of the house.
struct Room {
    name: &'static str,
    /// The rooms that it may use.
    may_use: &'static [&'static str],
    /// Why not more.
    why: &'static str,
}

const fn room(name: &'static str, may_use: &'static [&'static str], why: &'static str) -> Room {
    Room { name, may_use, why }
}

const WIRING: &str = "only the daemon and the tests see the whole house";

/// The map. A new crate needs a line here.
const ROOMS: [Room; 26] = [
    room("domain", &[], "the vocabulary stands below everything"),
    room(
        "texts",
        &["domain"],
        "texts are looked up by what the vocabulary can say",
    ),
    room("engine", &["domain"], "deciding needs nothing but the vocabulary"),
    room(
        "journal",
        &["domain"],
        "the journal remembers; it neither decides nor sends",
    ),
    room(
        "connector",
        &["domain"],
        "requests are built from the vocabulary alone",
    ),
    room(
        "profile",
        &["conf", "connector", "domain", "xml"],
        "a provider that a file describes; it builds and reads messages and does nothing else",
    ),
    room("xml", &[], "an element tree needs to know nothing of payments"),
    room(
        "lines",
        &[],
        "a file of lines needs to know nothing of what they mean",
    ),
    room(
        "connectors",
        &["conf", "connector", "domain", "profile", "xml"],
        "a provider builds and reads messages and does nothing else",
    ),
    room(
        "outbound",
        &["connector", "domain"],
        "it sends what was built and knows no provider",
    ),
    room(
        "protocol",
        &["domain", "texts"],
        "the register's messages are independent of who carries them",
    ),
    room(
        "gateway",
        &["domain", "protocol", "texts"],
        "a door hands on; it neither decides nor remembers",
    ),
    room(
        "desk",
        &[
            "connector",
            "domain",
            "engine",
            "gateway",
            "journal",
            "outbound",
            "protocol",
            "texts",
        ],
        "it leads an operation through its life and speaks no wire format",
    ),
    room(
        "conf",
        &[],
        "a file is read before anything is known of what it says",
    ),
    room(
        "settings",
        &["conf", "domain"],
        "settings are read before anything else exists",
    ),
    room("qr", &[], "a matrix and pens need to know nothing of payments"),
    room(
        "simulator",
        &["qr"],
        "a second, independent reading of the providers' documents",
    ),
    room(
        "register",
        &["conf", "domain", "protocol", "settings", "qr", "texts"],
        "a register knows the protocol and nothing behind it",
    ),
    room(
        "pinpad",
        &["conf", "domain", "lines", "texts", "xml"],
        "it speaks to a terminal at the register's side and knows no daemon",
    ),
    room(
        "qrpos",
        &[
            "register", "pinpad", "protocol", "texts", "qr", "settings", "domain", "lines",
        ],
        "a register knows the protocol and nothing behind it",
    ),
    room(
        "console",
        &["domain", "engine", "journal", "protocol", "texts", "qr"],
        "it reads the journal and acts only by posting events",
    ),
    room(
        "qrpayd",
        &[
            "connector",
            "connectors",
            "console",
            "desk",
            "domain",
            "engine",
            "gateway",
            "journal",
            "outbound",
            "pinpad",
            "profile",
            "protocol",
            "qr",
            "qrpos",
            "register",
            "settings",
            "simulator",
            "texts",
            "xml",
        ],
        "the daemon does not need the tests",
    ),
    room(
        "testkit",
        &[
            "connector",
            "connectors",
            "console",
            "desk",
            "domain",
            "engine",
            "gateway",
            "journal",
            "outbound",
            "pinpad",
            "protocol",
            "qr",
            "qrpayd",
            "qrpos",
            "register",
            "settings",
            "simulator",
            "texts",
            "xml",
        ],
        WIRING,
    ),
    room(
        "bench",
        &["domain", "register", "simulator"],
        "it measures from outside, as a shop meets the product",
    ),
    room(
        "fuzz",
        &["conf", "connector", "pinpad", "protocol"],
        "it throws spoilt input at the readers of what comes from outside",
    ),
    room(
        "xtask",
        &[],
        "the tools must work while the house does not compile",
    ),
];

/// A heavy dependency and the rooms that are its doors.
struct Door {
    names: &'static [&'static str],
    rooms: &'static [&'static str],
    why: &'static str,
}

const DOORS: [Door; 8] = [
    Door {
        names: &["sqlx"],
        rooms: &["journal", "bench", "testkit"],
        why: "the journal is the only room that writes; tests and bench look at a database from outside",
    },
    Door {
        names: &["reqwest"],
        rooms: &["outbound", "register", "pinpad", "simulator", "testkit", "bench"],
        why: "only outbound sends to providers; the simulator calls back, a register calls in and has a pin-pad",
    },
    Door {
        names: &["lapin"],
        rooms: &["gateway", "register", "testkit", "bench"],
        why: "RabbitMQ stands between the register and the gateway only",
    },
    Door {
        names: &["axum", "hyper", "hyper-util", "tower", "tower-http"],
        rooms: &[
            "gateway",
            "console",
            "simulator",
            "qrpos",
            "qrpayd",
            "testkit",
            "bench",
        ],
        why: "only rooms with a door of their own serve HTTP",
    },
    Door {
        names: &["hocon-parser"],
        rooms: &["conf"],
        why: "settings are read in one place, so that every error names file, line and key",
    },
    Door {
        names: &["clap"],
        rooms: &["qrpayd", "qrpos", "simulator", "bench", "xtask"],
        why: "only programs have a command line",
    },
    Door {
        names: &["fantoccini"],
        rooms: &["testkit"],
        why: "only tests drive a browser",
    },
    Door {
        names: &["aws-lc-rs", "openssl", "native-tls"],
        rooms: &[],
        why: "TLS is rustls with ring",
    },
];

/// Rooms without input, output and waiting, tests included.
const PURE: [&str; 9] = [
    "domain",
    "engine",
    "connector",
    "connectors",
    "texts",
    "protocol",
    "qr",
    "settings",
    "xml",
];
/// What would bring them in.
const IMPURE: [&str; 16] = [
    "tokio",
    "tokio-util",
    "tokio-rustls",
    "async-trait",
    "futures-util",
    "reqwest",
    "hyper",
    "hyper-util",
    "axum",
    "tower",
    "tower-http",
    "sqlx",
    "lapin",
    "rustls",
    "tracing",
    "sd-notify",
];

/// Rooms that use these packages and no others.
const CLOSED: [(&str, &[&str], &str); 2] = [
    (
        "domain",
        &["serde", "serde_json", "uuid", "jiff", "thiserror", "schemars"],
        "the vocabulary can be built in a test with one line",
    ),
    (
        "engine",
        &["serde"],
        "the decision is a function of what it is given",
    ),
];

/// What the simulator may not see even in its tests.
const SIMULATED: &str = "simulator";

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

impl Dependency {
    fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// Checks the manifests, as `cargo metadata --no-deps` gives them.
pub fn check(metadata: &Value) -> Result<Vec<String>> {
    let packages =
        Vec::<Package>::deserialize(&metadata["packages"]).context("cargo metadata has other packages")?;
    Ok(packages.iter().flat_map(check_package).collect())
}

fn check_package(package: &Package) -> Vec<String> {
    let Some(room) = ROOMS.iter().find(|room| room.name == package.name) else {
        return vec![format!(
            "crate {} is not on the map; give it a line in ROOMS (xtask/src/tidy/layering.rs)",
            package.name
        )];
    };
    let dependencies = package.dependencies.iter();
    dependencies
        .filter_map(|dependency| {
            let (rule, why) = broken_rule(room, dependency)?;
            Some(format!(
                "crate {} depends on {}: {rule}, because {why}",
                room.name, dependency.name
            ))
        })
        .collect()
}

/// The rule that this dependency breaks, and why there is such a rule.
fn broken_rule(room: &Room, dependency: &Dependency) -> Option<(String, &'static str)> {
    let name = dependency.name.as_str();
    let is_room = ROOMS.iter().any(|other| other.name == name);
    // Tests may use more: testkit builds the whole house. The simulator's independence holds in tests too.
    if is_room {
        let is_bound = !dependency.is_dev() || room.name == SIMULATED;
        let allowed = room.may_use.join(", ");
        return (is_bound && !room.may_use.contains(&name))
            .then(|| (format!("of our rooms it may use only [{allowed}]"), room.why));
    }
    if PURE.contains(&room.name) && IMPURE.contains(&name) {
        return Some((
            "it is a room without I/O and async".to_owned(),
            "what neither sends nor waits can be tested with plain values",
        ));
    }
    if dependency.is_dev() {
        return None;
    }
    if let Some((_, allowed, why)) = CLOSED.iter().find(|(closed, ..)| *closed == room.name)
        && !allowed.contains(&name)
    {
        return Some((format!("it may use only [{}]", allowed.join(", ")), *why));
    }
    let door = DOORS.iter().find(|door| door.names.contains(&name))?;
    (!door.rooms.contains(&room.name)).then(|| (format!("only [{}] may", door.rooms.join(", ")), door.why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(name: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(name, kind)| json!({"name": name, "kind": kind}))
            .collect();
        check(&json!({"packages": [{"name": name, "dependencies": dependencies}]})).unwrap()
    }

    fn refuses(name: &str, dependency: &str) -> bool {
        !problems(name, &[(dependency, None)]).is_empty()
    }

    #[test]
    fn the_map_is_kept() {
        assert!(
            problems(
                "engine",
                &[("domain", None), ("serde", None), ("proptest", Some("dev"))]
            )
            .is_empty()
        );
        assert!(
            problems(
                "journal",
                &[("sqlx", None), ("tokio", None), ("tempfile", Some("dev"))]
            )
            .is_empty()
        );
        assert!(problems("outbound", &[("reqwest", None), ("axum", Some("dev"))]).is_empty());
        assert!(problems("simulator", &[("reqwest", None), ("axum", None), ("qr", None)]).is_empty());
    }

    #[test]
    fn wrong_rooms_are_refused() {
        assert!(refuses("engine", "journal"));
        assert!(refuses("outbound", "connectors"));
        assert!(refuses("qrpayd", "testkit"));
        assert!(refuses("domain", "texts"));
        for other in [
            "connectors",
            "connector",
            "domain",
            "engine",
            "journal",
            "protocol",
        ] {
            assert!(refuses("simulator", other), "{other}");
            assert_eq!(
                problems("simulator", &[(other, Some("dev"))]).len(),
                1,
                "in tests too: {other}"
            );
        }
    }

    #[test]
    fn heavy_dependencies_stay_behind_their_doors() {
        for (name, dependency) in [
            ("qrpayd", "sqlx"),
            ("gateway", "reqwest"),
            ("journal", "lapin"),
            ("outbound", "axum"),
            ("register", "hocon-parser"),
            ("journal", "clap"),
            ("qrpos", "fantoccini"),
            ("outbound", "openssl"),
        ] {
            assert!(refuses(name, dependency), "{name} {dependency}");
        }
    }

    #[test]
    fn pure_rooms_are_pure_even_in_their_tests() {
        for pure in PURE {
            assert!(refuses(pure, "tokio"), "{pure}");
            assert_eq!(problems(pure, &[("tokio", Some("dev"))]).len(), 1, "{pure}");
        }
        assert!(refuses("engine", "thiserror"));
        assert!(refuses("domain", "regex"));
    }

    #[test]
    fn an_error_names_crate_dependency_rule_and_reason() {
        assert_eq!(
            problems("qrpayd", &[("sqlx", None)]),
            [
                "crate qrpayd depends on sqlx: only [journal, bench, testkit] may, because the journal is the only room that writes; tests and bench look at a database from outside"
            ]
        );
        assert!(problems("attic", &[])[0].contains("not on the map"));
    }

    #[test]
    fn the_tables_speak_of_rooms_on_the_map() {
        let is_room = |name: &&str| ROOMS.iter().any(|room| room.name == *name);
        assert!(ROOMS.iter().all(|room| room.may_use.iter().all(is_room)));
        assert!(DOORS.iter().all(|door| door.rooms.iter().all(is_room)));
        assert!(PURE.iter().all(is_room));
    }
}
