//! How many packages the product is built from, and which ones it never is.

use crate::repository::TextFile;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The platform that the packages are counted for.
pub const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// More than this nobody can look after.
pub const MAX_PACKAGES: usize = 400;

/// Packages that must not be in the lock file, with the reason.
const BANNED: [(&str, &str); 5] = [
    (
        "aws-lc-rs",
        "TLS is rustls with ring; a second provider makes rustls refuse to choose",
    ),
    (
        "aws-lc-sys",
        "TLS is rustls with ring; a second provider makes rustls refuse to choose",
    ),
    (
        "openssl",
        "TLS is rustls with ring; a system library would decide about it",
    ),
    (
        "openssl-sys",
        "TLS is rustls with ring; a system library would decide about it",
    ),
    (
        "native-tls",
        "TLS is rustls with ring; a system library would decide about it",
    ),
];

/// Banned packages in `Cargo.lock`.
pub fn check_lock(files: &[TextFile]) -> Vec<String> {
    let Some(lock) = files.iter().find(|file| file.path == "Cargo.lock") else {
        return vec!["Cargo.lock is missing; the product is built from known versions".to_owned()];
    };
    let is_locked = |name: &str| {
        let line = format!("name = \"{name}\"");
        lock.text.lines().any(|other| other == line)
    };
    let found = BANNED.iter().filter(|(name, _)| is_locked(name));
    found
        .map(|(name, reason)| {
            format!(
                "Cargo.lock has {name}: {reason}; `cargo tree --workspace -i {name} -e features` tells who brings it"
            )
        })
        .collect()
}

/// How many packages of others the members of the workspace need to be built: normal and build dependencies of
/// all depths, without those that only tests need.
pub fn count(metadata: &Value) -> Result<usize> {
    let nodes = metadata["resolve"]["nodes"]
        .as_array()
        .context("cargo metadata has no resolve.nodes")?;
    let by_id: BTreeMap<&str, &Value> = nodes
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let members: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .context("cargo metadata has no workspace_members")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let mut seen = members.clone();
    let mut open: Vec<&str> = members.iter().copied().collect();
    while let Some(id) = open.pop() {
        let dependencies = by_id.get(id).and_then(|node| node["deps"].as_array());
        for dependency in dependencies.into_iter().flatten() {
            if let Some(package) = dependency["pkg"].as_str()
                && is_built(dependency)
                && seen.insert(package)
            {
                open.push(package);
            }
        }
    }
    Ok(seen.len() - members.len())
}

fn is_built(dependency: &Value) -> bool {
    let kinds = dependency["dep_kinds"].as_array();
    kinds.into_iter().flatten().any(|kind| kind["kind"] != "dev")
}

/// Whether there are too many.
pub fn check_count(count: usize) -> Option<String> {
    (count > MAX_PACKAGES).then(|| {
        format!(
            "{count} packages are built into the product, at most {MAX_PACKAGES}; \
             look at `cargo tree --workspace -e normal,build` for features that nobody uses"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lock(text: &str) -> Vec<TextFile> {
        vec![TextFile {
            path: "Cargo.lock".to_owned(),
            text: text.to_owned(),
        }]
    }

    #[test]
    fn banned_packages_are_found_in_the_lock_file() {
        assert!(check_lock(&lock("name = \"ring\"\nname = \"openssl-probe\"\n")).is_empty());
        assert_eq!(
            check_lock(&lock("name = \"aws-lc-rs\"\nname = \"native-tls\"\n")).len(),
            2
        );
        assert_eq!(check_lock(&[]).len(), 1);
    }

    #[test]
    fn what_only_tests_need_is_not_counted() {
        let edge = |to: &str, kind: Value| json!({"pkg": to, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "workspace_members": ["ours", "also ours"],
            "resolve": {"nodes": [
                {"id": "ours", "deps": [
                    edge("also ours", Value::Null), edge("a", Value::Null), edge("t", json!("dev"))
                ]},
                {"id": "also ours", "deps": [edge("a", Value::Null)]},
                {"id": "a", "deps": [edge("b", json!("build")), edge("a", Value::Null)]},
                {"id": "b", "deps": []},
                {"id": "t", "deps": [edge("u", Value::Null)]},
            ]}
        });
        assert_eq!(count(&metadata).unwrap(), 2);
        assert!(count(&json!({})).is_err());
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        assert_eq!(check_count(MAX_PACKAGES), None);
        assert!(check_count(MAX_PACKAGES + 1).is_some());
    }
}
