//! The demo's pin-pad: a simulated DualConnector Service with its page, and the settings with which a register finds it.

use anyhow::Context;
use axum::Router;
use simulator::clock;
use simulator::dualconnector::{self, Options, PinPad};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where the service answers.
pub const MOUNT: &str = "/pinpad";
/// The pin-pad's screen and keys.
pub const PAGE: &str = "/pinpad/screen";

/// Twice what the manual gives as a bank's recommendation would be long for a demo; the simulated one wants no more.
const TIMEOUT_S: u32 = 120;

/// Writes the register's settings into the folder and gives their path, and the service with its page.
pub fn open(folder: &Path, listen: SocketAddr) -> anyhow::Result<(PathBuf, Router)> {
    let options = Options::default();
    let settings = folder.join("pinpad.conf");
    let text = format!(
        "url = \"http://{listen}{MOUNT}\"\ntimeout = {TIMEOUT_S}\njournal = \"{}\"\n{}",
        folder.join("pinpad.journal").display(),
        options.register_settings()
    );
    std::fs::write(&settings, text).with_context(|| format!("{} cannot be written", settings.display()))?;
    Ok((
        settings,
        dualconnector::router(PinPad::new(options, clock::system())),
    ))
}
