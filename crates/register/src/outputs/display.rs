//! The buyer's graphic display.

use super::board::Code;
use super::report::Trouble;
use super::settings::DisplaySettings;
use super::view::Withdrawal;
use super::wire::Wire;
use qr::mertech;

/// A Mertech QR-PAY display. It answers in a way that is not public, so what was sent is taken as shown.
#[derive(Debug)]
pub(super) struct Display {
    pub(super) wire: Wire,
}

impl Display {
    pub(super) fn new(settings: &DisplaySettings) -> Self {
        Self {
            wire: Wire::new(settings.port.clone(), Some(settings.baud)),
        }
    }

    pub(super) async fn show(&mut self, code: &Code) -> Result<(), Trouble> {
        self.wire.send(&mertech::show(&code.payload)?).await
    }

    pub(super) async fn withdraw(&mut self, why: Withdrawal) -> Result<(), Trouble> {
        let command = match why {
            Withdrawal::Paid => mertech::SUCCESS,
            Withdrawal::Failed => mertech::FAILURE,
            Withdrawal::Expired | Withdrawal::Cancelled | Withdrawal::Unknown => mertech::CLEAR,
        };
        self.wire.send(command).await
    }

    pub(super) async fn clear(&mut self) -> Result<(), Trouble> {
        self.wire.send(mertech::CLEAR).await
    }
}
