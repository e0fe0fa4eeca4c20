//! The manuals name everything that an operator can set or type, and what they tell to type can be typed.

use clap::{CommandFactory, Parser};
use qrpayd::cli::Cli;
use std::path::PathBuf;

const MANUALS: [&str; 2] = ["docs/manual.en.md", "docs/manual.ru.md"];
const READMES: [&str; 2] = ["README.md", "README.ru.md"];
/// Fewer commands than this in a manual would mean that they are not found any more.
const COMMANDS_MIN: usize = 25;
/// What may stand before a command: a prompt, another account, a variable, cargo.
const BEFORE: [&str; 4] = [
    "$ ",
    "runuser -u qrpayd -- ",
    "CREDENTIALS_DIRECTORY=/etc/qrpayd/secrets ",
    "cargo run --release -- ",
];

fn page(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(!text.is_empty(), "{} cannot be read", path.display());
    text
}

#[test]
fn the_manuals_name_every_key_of_the_settings() {
    for manual in MANUALS {
        let text = page(manual);
        for (section, keys) in settings::KEYS {
            for key in *keys {
                let is_section = settings::KEYS.iter().any(|(name, _)| name == key);
                let name = match *section {
                    "" if is_section => continue,
                    "" | "http.tokens" => format!("`{key}`"),
                    section => format!("`{section}.{key}`"),
                };
                assert!(text.contains(&name), "{manual} does not name {name}");
            }
        }
    }
}

#[test]
fn the_manuals_name_every_command() {
    let mut known = Vec::new();
    for command in Cli::command().get_subcommands() {
        known.push(format!("qrpayd {}", command.get_name()));
        for below in command.get_subcommands() {
            known.push(format!("qrpayd {} {}", command.get_name(), below.get_name()));
        }
    }
    assert!(known.len() > 10, "{known:?}");
    for manual in MANUALS {
        let text = page(manual);
        for command in &known {
            assert!(
                text.contains(command.as_str()),
                "{manual} does not name `{command}`"
            );
        }
    }
}

#[test]
fn the_manuals_name_every_state_and_every_variable() {
    for manual in MANUALS {
        let text = page(manual);
        let states = domain::State::ALL.iter().map(|state| state.as_str());
        for name in states.chain([settings::ENV_JOURNAL_PASSWORD, settings::ENV_AMQP_PASSWORD]) {
            assert!(
                text.contains(&format!("`{name}`")),
                "{manual} does not name {name}"
            );
        }
    }
}

#[test]
fn both_manuals_tell_to_type_the_same() {
    let [english, russian] = MANUALS.map(|manual| commands(&page(manual)));
    let without_language = |commands: Vec<String>| -> Vec<String> {
        let plain = |line: String| line.replace(" --lang en", "");
        commands.into_iter().map(plain).collect()
    };
    assert_eq!(without_language(english), without_language(russian));
}

#[test]
fn what_the_documents_tell_to_type_is_understood() {
    for name in MANUALS.into_iter().chain(READMES) {
        let commands = commands(&page(name));
        if MANUALS.contains(&name) {
            assert!(commands.len() >= COMMANDS_MIN, "{name}: {commands:?}");
        }
        for command in commands {
            let parsed = Cli::try_parse_from(words(&command));
            let is_version = command == "qrpayd --version";
            if let Err(error) = parsed
                && !is_version
            {
                panic!("{name}: `{command}`: {error}");
            }
        }
    }
}

/// The lines of `sh` and `console` blocks that run `qrpayd`, from its name on.
fn commands(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut is_shell = false;
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            is_shell = matches!(kind, "sh" | "console");
            continue;
        }
        let mut rest = line;
        let mut by_cargo = false;
        while let Some((before, after)) = BEFORE
            .iter()
            .find_map(|before| Some((before, rest.strip_prefix(before)?)))
        {
            by_cargo |= before.starts_with("cargo");
            rest = after;
        }
        if is_shell && by_cargo {
            commands.push(format!("qrpayd {rest}"));
        } else if is_shell && rest.starts_with("qrpayd ") {
            commands.push(rest.to_owned());
        }
    }
    commands
}

/// A shell's words: quotes are taken off; a comment or a redirection ends the command.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in command.chars().chain([' ']) {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, ' ') => {
                if matches!(word.as_str(), "#" | ">" | "<" | "|") {
                    return words;
                }
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(letter),
        }
    }
    words
}
