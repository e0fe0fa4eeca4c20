//! Secrets: in the file, in a file of their own, or in the environment.

use conf::{Document, Node, Problem, SettingsError};
use secrecy::SecretString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The journal's password; goes before `journal.password` and `journal.password_file`.
pub const ENV_JOURNAL_PASSWORD: &str = "QRPAYD_JOURNAL_PASSWORD";
/// The brokers' password; goes before `amqp.password_file` and the URLs.
pub const ENV_AMQP_PASSWORD: &str = "QRPAYD_AMQP_PASSWORD";
/// The most that is read of a secret's file or of a certificate's, in bytes.
pub const SECRET_FILE_MAX_BYTES: u64 = 64 * 1_024;

/// A secret that stands in `inline` or in the file that `file` names; none when neither is there.
pub(crate) fn secret(
    inline: &Node<'_>,
    file: &Node<'_>,
    inline_name: &'static str,
) -> Result<Option<SecretString>, SettingsError> {
    if file.is_there() && inline.is_there() {
        return Err(file.error(Problem::Twice(inline_name)));
    }
    if let Some(text) = inline.text()? {
        if text.is_empty() {
            return Err(inline.unusable("is empty"));
        }
        warn_if_readable_by_all(inline.document(), inline.key(), inline.document().file());
        return Ok(Some(SecretString::from(text)));
    }
    secret_file(file)
}

/// The secret in the file that this key names: without the line end that editors add.
pub(crate) fn secret_file(node: &Node<'_>) -> Result<Option<SecretString>, SettingsError> {
    let Some((path, text)) = file_text(node)? else {
        return Ok(None);
    };
    let secret = text.trim_end_matches(['\n', '\r']);
    if secret.is_empty() {
        return Err(bad_file(node, path, "is empty"));
    }
    warn_if_readable_by_all(node.document(), node.key(), &path);
    Ok(Some(SecretString::from(secret)))
}

/// The text of the file that this key names. A relative path starts at the settings file.
pub(crate) fn file_text(node: &Node<'_>) -> Result<Option<(PathBuf, String)>, SettingsError> {
    let Some(name) = node.text()? else { return Ok(None) };
    let path = node
        .document()
        .file()
        .parent()
        .unwrap_or(Path::new(""))
        .join(name);
    let mut text = String::new();
    let read =
        File::open(&path).and_then(|file| file.take(SECRET_FILE_MAX_BYTES + 1).read_to_string(&mut text));
    match read {
        Err(error) => Err(bad_file(node, path, format!("cannot be read: {error}"))),
        Ok(_) if text.len() as u64 > SECRET_FILE_MAX_BYTES => Err(bad_file(
            node,
            path,
            format!("has more than {SECRET_FILE_MAX_BYTES} bytes"),
        )),
        Ok(_) => Ok(Some((path, text))),
    }
}

/// A password from the environment; an empty variable counts as none.
pub(crate) fn from_env(document: &Document, name: &str) -> Option<SecretString> {
    let value = document.env().get(name).filter(|value| !value.is_empty())?;
    Some(SecretString::from(value.as_str()))
}

/// A secret in a file that every user of the machine can read is worth a warning.
pub(crate) fn warn_if_readable_by_all(document: &Document, key: &str, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = std::fs::metadata(path) else {
        return;
    };
    if metadata.permissions().mode() & 0o004 != 0 {
        let path = path.display();
        document.warn(
            key,
            format!(
                "the secret is in {path}, which every user of this machine can read; run chmod o-r {path}"
            ),
        );
    }
}

fn bad_file(node: &Node<'_>, path: PathBuf, problem: impl Into<String>) -> SettingsError {
    node.error(Problem::BadFile {
        path,
        problem: problem.into(),
    })
}
