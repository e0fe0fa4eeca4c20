//! The files that are shipped cannot drift from the program.

use settings::{KEYS, Settings, load};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packaging")
        .join(name)
}

#[test]
fn the_sample_is_the_defaults() {
    let (sample, warnings) = load(&shipped("qrpayd.conf"), &HashMap::new()).unwrap();
    assert_eq!(format!("{sample:#?}"), format!("{:#?}", Settings::default()));
    assert_eq!(warnings, []);
}

#[test]
fn the_sample_names_every_key_and_every_secret_variable() {
    let text = std::fs::read_to_string(shipped("qrpayd.conf")).unwrap();
    for key in KEYS.iter().flat_map(|(_, keys)| *keys) {
        let named = text.contains(&format!("{key} =")) || text.contains(&format!("{key} {{"));
        assert!(named, "the sample does not show `{key}`");
    }
    for variable in [settings::ENV_JOURNAL_PASSWORD, settings::ENV_AMQP_PASSWORD] {
        assert!(text.contains(variable), "the sample does not name {variable}");
    }
}

/// Every active key has a comment above it in both languages: a line of Latin and a line of Cyrillic letters.
#[test]
fn the_sample_explains_every_key_in_both_languages() {
    let text = std::fs::read_to_string(shipped("qrpayd.conf")).unwrap();
    let mut comment = String::new();
    let mut explained = 0;
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            comment.push_str(line);
        } else if line.is_empty() {
            comment.clear();
        } else if line.contains('=') {
            let cyrillic = comment.chars().any(|c| ('а'..='я').contains(&c));
            let latin = comment.chars().any(|c| c.is_ascii_lowercase());
            assert!(cyrillic && latin, "`{line}` is not explained in both languages");
            explained += 1;
            comment.clear();
        }
    }
    assert!(explained >= 14, "{explained}");
}

#[test]
fn the_service_gives_the_daemon_time_to_stop() {
    let text = std::fs::read_to_string(shipped("qrpayd.service")).unwrap();
    let stop_s: u64 = text
        .lines()
        .find_map(|line| line.strip_prefix("TimeoutStopSec="))
        .unwrap()
        .parse()
        .unwrap();
    assert!(stop_s * 1_000 > Settings::default().stop_within_ms);
    for line in [
        "Type=notify",
        "StateDirectory=qrpayd",
        "ProtectSystem=strict",
        "NoNewPrivileges=true",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
}
