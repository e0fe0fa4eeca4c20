//! The files of the repository as text, and the cargo that runs in it.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One file that is (or would be) under version control.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl TextFile {
    /// The part after the last point of the path.
    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// The root of the workspace: the folder above this crate's. Cargo names that when it runs the tool; the one that
/// was compiled in may be another checkout's, when both share a build folder.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let own = PathBuf::from(own);
    own.parent().unwrap_or(&own).to_path_buf()
}

/// Reads every text file: what git lists (new files included, ignored ones not), or, in an unpacked archive without
/// git, everything outside the build folders. Files that are not UTF-8 are pictures and the like; they are left out.
pub fn text_files(root: &Path) -> Result<Vec<TextFile>> {
    let mut paths = match listed_by_git(root) {
        Some(paths) => paths,
        None => listed_by_walking(root, root)?,
    };
    paths.sort();
    paths.dedup();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let whole = root.join(&path);
        // Git lists a file that was deleted but not yet committed; links point at files that are listed themselves.
        if !whole.is_file() || whole.is_symlink() {
            continue;
        }
        let bytes = fs::read(&whole).with_context(|| format!("cannot read {path}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(TextFile { path, text });
        }
    }
    Ok(files)
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = text.split_terminator('\0').map(ToOwned::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn listed_by_walking(root: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == ".git" || name.starts_with("target") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            paths.extend(listed_by_walking(root, &entry.path())?);
        } else if let Ok(relative) = entry.path().strip_prefix(root) {
            paths.push(relative.to_string_lossy().into_owned());
        }
    }
    Ok(paths)
}

/// Variables that `cargo run` sets for this tool. A nested cargo must not see them: some build scripts watch them,
/// and would compile their crates a second time.
const SET_BY_CARGO_RUN: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_PRIMARY_PACKAGE",
];

/// A cargo command in the root of the workspace.
pub fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let is_set_by_cargo = name
            .to_str()
            .is_some_and(|text| SET_BY_CARGO_RUN.iter().any(|start| text.starts_with(start)));
        if is_set_by_cargo {
            command.env_remove(&name);
        }
    }
    command
}

/// What `cargo metadata` says, with these further arguments.
pub fn metadata(root: &Path, arguments: &[&str]) -> Result<serde_json::Value> {
    let output = cargo(root)
        .args(["metadata", "--format-version", "1"])
        .args(arguments)
        .output()
        .context("cannot run cargo metadata")?;
    anyhow::ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    serde_json::from_slice(&output.stdout).context("cargo metadata did not answer with JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_finds_what_git_finds() {
        let root = root();
        let walked = listed_by_walking(&root, &root).unwrap();
        for file in text_files(&root).unwrap() {
            assert!(walked.contains(&file.path), "{} was not walked to", file.path);
        }
    }
}
