//! A counter in a shop: a simulated service and a register's pin-pad beside it.

use domain::{Clock, Kopecks, Timestamp};
use pinpad::{Approval, Done, Outcome, Pinpad, PinpadError, Settings, Tender};
use serde_json::{Value, json};
use simulator::dualconnector::{Key, Options, PinPad, Running, start};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

/// 15 January 2026, 10:15:00 in Moscow.
const START_US: i64 = 1_768_461_300_000_000;

/// A clock that both sides read and only the test turns.
#[derive(Clone)]
pub(crate) struct Still(Arc<AtomicI64>);

impl Still {
    pub(crate) fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Counter {
    pub(crate) running: Running,
    pub(crate) clock: Still,
    folder: TempDir,
    more: Value,
}

pub(crate) fn kopecks(sum: i64) -> Kopecks {
    Kopecks::new(sum).unwrap()
}

impl Counter {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default(), json!({})).await
    }

    /// With another terminal, and settings on top of the usual ones.
    pub(crate) async fn with(options: Options, more: Value) -> Self {
        let clock = Still(Arc::new(AtomicI64::new(START_US)));
        let theirs = clock.clone();
        let pad = PinPad::new(options, Arc::new(move || theirs.now().as_micros()));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            running: start(pad, address).await.unwrap(),
            clock,
            folder: tempfile::tempdir().unwrap(),
            more,
        }
    }

    pub(crate) fn pad(&self) -> PinPad {
        self.running.pad.clone()
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("pinpad.journal")
    }

    pub(crate) fn settings(&self) -> Settings {
        let options = Options::default();
        let mut whole = json!({
            "url": self.running.url, "id": "11087928", "timeout": 60, "qrSBP": true,
            "journal": self.journal(), "utcOffsetMinutes": 180,
            "operations": {
                "sbp_sale": {"code": options.sbp_sale}, "sbp_refund": {"code": options.sbp_refund},
                "sbp_sale_status": {"code": options.sbp_sale_status},
                "sbp_refund_status": {"code": options.sbp_refund_status},
                "emergency_cancel": {"code": options.emergency},
            },
            "tenderField": {"field": options.tender_field, "card": ["CARD"], "qr": ["SBP"]},
        });
        let more = self.more.as_object().unwrap().clone();
        whole.as_object_mut().unwrap().extend(more);
        serde_json::from_value(whole).unwrap()
    }

    /// The register starts.
    pub(crate) fn register(&self) -> Pinpad {
        Pinpad::open(self.settings(), Arc::new(self.clock.clone())).unwrap()
    }

    /// The register starts as soon as the earlier one has let its journal go.
    pub(crate) async fn register_again(&self) -> Pinpad {
        loop {
            match Pinpad::open(self.settings(), Arc::new(self.clock.clone())) {
                Ok(pinpad) => return pinpad,
                Err(PinpadError::Journal(pinpad::JournalError::InUse(_))) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Waits until the pin-pad asks, and presses these keys.
    pub(crate) async fn press(&self, keys: &[Key]) {
        self.pad().asks().await;
        for key in keys {
            self.pad().press(*key);
        }
    }

    /// A sale, with what the buyer does.
    pub(crate) async fn sale(&self, pinpad: &Pinpad, sum: i64, tender: Tender, keys: &[Key]) -> Done {
        let (done, ()) = tokio::join!(pinpad.sale(kopecks(sum), tender), self.press(keys));
        done.unwrap()
    }
}

/// The approval of an operation.
pub(crate) fn approved(done: &Done) -> &Approval {
    match &done.outcome {
        Outcome::Approved(approval) => approval,
        other => panic!("{other:?}"),
    }
}
