//! Begins a new provider: a shipped profile that loads, its line in the list of profiles, its section of the page of
//! providers. What it cannot know it lists as steps; docs/adding-a-provider.md explains them.

use crate::repository::root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

const PROFILE: &str = include_str!("new_provider/profile.conf");
const SECTION: &str = include_str!("new_provider/section.md");
const LIST: &str = "crates/connectors/src/profiles.rs";
const PAGE: &str = "docs/providers.md";

/// The line before which a new profile is listed.
const END_OF_LIST: &str = "];\n\nconst fn shipped(";

/// Most characters of a folder's name.
const NAME_MAX: usize = 30;

/// Most characters of a title.
const TITLE_MAX: usize = 80;

#[derive(clap::Args)]
pub struct Options {
    /// The provider's folder in crates/connectors/src: small letters and digits, `vtb`; its module is called `qrvtb`
    name: String,
    /// The provider's name as people know it, in Latin or Cyrillic letters
    #[arg(long)]
    title: String,
}

/// Writes the files and says what comes next.
pub fn run(options: &Options) -> Result<bool> {
    begin(&root(), options)?;
    let name = &options.name;
    println!(
        "crates/connectors/src/{name}/profile.conf   the description: go through it with the specification\n\
         {LIST}   lists it\n\
         {PAGE}   has its section, with an example row\n\
         \n\
         Next:\n\
         1. Take the requests down: INSTA_UPDATE=always cargo test -p connectors profiles, and read what it wrote.\n\
         2. Write the simulator crates/simulator/src/{name}.rs from the specification alone, and list it in\n   \
            catalogue::KINDS.\n\
         3. Give its shop a row in crates/qrpayd/src/demo/shops.rs.\n\
         4. cargo test -p testkit --test it certify -- --nocapture\n\
         \n\
         docs/adding-a-provider.md goes through each step. Until 2 and 3 are done the suite fails for qr{name}."
    );
    Ok(true)
}

/// All or nothing: whatever can be wrong is looked at before the first file is written.
fn begin(root: &Path, options: &Options) -> Result<()> {
    let (name, title) = (options.name.as_str(), options.title.trim());
    check_name(name)?;
    check_title(title)?;
    let folder = root.join("crates/connectors/src").join(name);
    if folder.exists() {
        bail!("crates/connectors/src/{name} is there already: choose another name or remove it");
    }
    let list = read(root, LIST)?;
    let page = read(root, PAGE)?;
    let line = format!("    shipped(\"{name}/profile.conf\", include_str!(\"{name}/profile.conf\")),\n");
    let Some(end) = list.find(END_OF_LIST) else {
        bail!(
            "{LIST}: the end of SHIPPED is not where it was; list the profile there by hand and change this command"
        );
    };
    let (before, after) = list.split_at(end);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write(
        root,
        &format!("crates/connectors/src/{name}/profile.conf"),
        &filled(PROFILE, name, title),
    )?;
    write(root, LIST, &format!("{before}{line}{after}"))?;
    write(root, PAGE, &format!("{page}{}", filled(SECTION, name, title)))
}

fn check_name(name: &str) -> Result<()> {
    let letters = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    if !letters || name.len() > NAME_MAX {
        bail!(
            "`{name}` cannot be a folder's name: small Latin letters and digits, a letter first, at most {NAME_MAX}"
        );
    }
    Ok(())
}

fn check_title(title: &str) -> Result<()> {
    let plain = title
        .chars()
        .all(|letter| letter.is_alphanumeric() || " -.«»()&".contains(letter));
    if title.is_empty() || title.chars().count() > TITLE_MAX || !plain {
        bail!("--title: letters, digits, spaces and - . « » ( ) &, at most {TITLE_MAX} characters");
    }
    Ok(())
}

fn filled(template: &str, name: &str, title: &str) -> String {
    let named = template
        .replace("qrexample", &format!("qr{name}"))
        .replace("src/example/", &format!("src/{name}/"))
        .replace("secrets/example.", &format!("secrets/{name}."));
    named.replace("Example Bank", title)
}

fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
}

fn write(root: &Path, path: &str, text: &str) -> Result<()> {
    fs::write(root.join(path), text).with_context(|| format!("cannot write {path}"))
}

#[cfg(test)]
mod tests;
