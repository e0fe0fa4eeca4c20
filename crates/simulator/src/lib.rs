//! Simulated providers: a bank's side, a payer with a phone, and faults on demand.
//!
//! Written from the providers' public documents and from the NSPK link format, and from nothing else: no type is shared
//! with the rooms that talk to the banks, so that two independent readings meet in the tests.
//!
//! - [`Provider`] is what every one of them is: pure, synchronous, time is an argument. Tests in virtual time call
//!   [`Provider::handle`] with HTTP values and need no socket.
//! - [`Ledger`] holds what they have in common: sales, refunds, cash links, customers' codes, faults, notifications.
//! - [`Teller`] is the wire format of one bank on a ledger. Whoever implements it is a [`Provider`].
//! - [`catalogue::KINDS`] lists them; [`server`] puts them behind HTTPS on loopback, with the payer's page and the
//!   control API.
//! - [`bank::Bank`] is Raiffeisenbank. It keeps books of its own.
//! - [`alfa::Alfa`] is Alfa-Bank.
//!
//! # A bank of its own
//!
//! ```
//! use simulator::ledger::{NewSale, Refusal, Rules, Shown};
//! use simulator::money::Kopecks;
//! use simulator::provider::{About, Certificate};
//! use simulator::{Answer, Ledger, PayerAction, Provider, Request, Step, Teller};
//!
//! struct Toy(Ledger);
//!
//! impl Teller for Toy {
//!     const ABOUT: &'static About = &About {
//!         name: "toy", title_ru: "Игрушка", title_en: "Toy", modules: &["qrtoy"],
//!         certificate: Certificate::NotAsked, codes: false, stickers: false, lacks: &[],
//!     };
//!     const STATUS_WORDS: &'static [&'static str] = &["status"];
//!
//!     fn ledger(&mut self) -> &mut Ledger { &mut self.0 }
//!
//!     fn step(&self, request: &Request) -> Option<Step> {
//!         match (request.method.as_str(), request.address()) {
//!             ("POST", "/qr") => Some(Step::Register),
//!             ("GET", path) if path.starts_with("/qr/") => Some(Step::Status),
//!             _ => None,
//!         }
//!     }
//!
//!     fn answer(&mut self, step: Step, request: &Request, now: i64) -> Answer {
//!         if request.bearer_key() != Some("secret") {
//!             return Answer::json(401, "{}");
//!         }
//!         let said = match step {
//!             Step::Register => {
//!                 let sum = request.form("sum").and_then(|text| text.parse().ok()).unwrap_or_default();
//!                 let order = request.form("order").unwrap_or_default();
//!                 let new = NewSale::new(Kopecks(sum), Shown::SbpQr).order(order).lives_minutes(5);
//!                 self.0.open(new, now)
//!             }
//!             _ => {
//!                 let id = request.address().rsplit('/').next().unwrap_or_default();
//!                 self.0.sale(id).cloned().ok_or(Refusal::NoSale)
//!             }
//!         };
//!         match said {
//!             Ok(sale) => Answer::json(200, format!(
//!                 r#"{{"id":"{}","qr":"{}","status":"{}"}}"#,
//!                 sale.id, sale.payload.as_deref().unwrap_or_default(), sale.standing(now).nspk(),
//!             )),
//!             Err(refusal) => Answer::json(400, format!(r#"{{"error":"{refusal}"}}"#)),
//!         }
//!     }
//! }
//!
//! let mut toy = Toy(Ledger::new(1, Rules::default()));
//! let mut request = Request::new("POST", "/qr").bearer("secret");
//! request.body = b"sum=15000&order=o-1".to_vec();
//! assert!(toy.handle(&request, 0).answer().unwrap().text().contains("NTST"));
//! let (qr, _) = toy.payable(1, 0).remove(0);
//! toy.payer(&qr, PayerAction::Pay, None, 0).unwrap();
//! assert_eq!(toy.books(0).paid(), Kopecks(15_000));
//! ```

pub mod alfa;
pub mod bank;
pub mod books;
pub mod callbacks;
pub mod catalogue;
pub mod clock;
mod control;
pub mod crc;
mod delivery;
mod door;
pub mod dualconnector;
mod entity;
pub mod faults;
mod form;
pub mod gazprom;
pub mod keys;
pub mod khlynov;
pub mod ledger;
pub mod link;
pub mod money;
pub mod payer;
mod payer_json;
mod payer_page;
mod phone;
mod picture;
pub mod podeli;
pub mod provider;
mod random;
pub mod rsb;
pub mod sber;
pub mod server;
pub mod shared;
pub mod shares;
pub mod signature;
mod soap;
pub mod social;
pub mod street;
pub mod teller;
mod tls;
pub mod webmoney;
pub mod wire;

pub use bank::{Bank, BankOptions, Merchant};
pub use books::{BookEntry, BookRefund, Books};
pub use callbacks::Callback;
pub use catalogue::{Kind, Opening};
pub use clock::Clock;
pub use faults::{CallbackFault, CallbackRule, Fault, Rule, When};
pub use ledger::{CodeOutcome, Ledger};
pub use payer::{PayerAction, PayerError, PayerState, PayerView};
pub use provider::{About, Lack, Notification, Provider, Step};
pub use server::{ClientAuth, Options, Running, Simulator, StartError};
pub use shared::{Shared, SharedBank, SharedProvider};
pub use street::{House, Street, StreetOptions};
pub use teller::Teller;
pub use tls::{Authority, ClientIdentity};
pub use wire::{Answer, Reply, Request};
