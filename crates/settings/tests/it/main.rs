//! Settings files as an operator writes them.
#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot do its work must end the test at once"
)]

mod errors;
mod packaging;
mod secrets;
mod values;

use settings::{Settings, SettingsError, Warning, load};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of its own with a settings file that only its owner can read.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new(conf: &str) -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write("qrpayd.conf", conf, 0o600);
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        path
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn load(&self, env: &[(&str, &str)]) -> Result<(Settings, Vec<Warning>), SettingsError> {
        let env: HashMap<String, String> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        load(&self.path().join("qrpayd.conf"), &env)
    }
}

/// Loads this text; it must be good and give no warning.
pub(crate) fn good(conf: &str) -> Settings {
    let (settings, warnings) = Folder::new(conf).load(&[]).unwrap();
    assert_eq!(warnings, []);
    settings
}
