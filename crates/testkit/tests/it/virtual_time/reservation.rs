//! A payment for a whole receipt through the desk, with a small made-up social account in the place of a provider.

use super::{code, id, waiter};
use async_trait::async_trait;
use connector::config::{COMMON, limits, policy, transport};
use connector::provider::Transport;
use connector::{
    Built, CallbackError, Connector, Method, Provider, RawCallback, Registry, Turn, WireRequest, WireResponse,
};
use desk::{Desk, Modules, Options};
use domain::call::{PaymentState, Reference, RefundState, Reserved, ReservedPosition};
use domain::{
    Abilities, Answer, Call, CallKind, Clock, Code, Fault, Kopecks, LostRegistration, ModuleName, State,
    Timestamp,
};
use gateway::Desk as _;
use journal::{Journal, MemoryJournal};
use outbound::{Outbound, Sender};
use protocol::{Message, Refundable, Reply};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::clock::VirtualClock;
use testkit::till::Till;
use testkit::world::write_merchant;

const MODULE: &str = "social";
/// The buyer's account pays for the second line of the receipt.
const AVAILABLE: i64 = 31_500;

fn provider() -> Provider {
    Provider {
        module: MODULE,
        title_ru: "Социальный счёт",
        title_en: "Social account",
        keys: COMMON.to_vec(),
        build: Box::new(|settings| {
            Ok(Built {
                connector: Box::new(Wire),
                transport: transport(settings)?,
                policy: policy(settings)?,
                limits: limits(settings)?,
                tenders: Vec::new(),
            })
        }),
        callback_operation: Box::new(|_| None),
    }
}

/// Speaks to the account in words: `reserve/<order>/<sum>` and the like.
struct Wire;

impl Connector for Wire {
    fn abilities(&self) -> Abilities {
        Abilities {
            revoke: true,
            refund: true,
            reservation: true,
            lost_registration: LostRegistration::AskByOrder,
            ..Abilities::default()
        }
    }

    fn next(&self, call: &Call, heard: &[WireResponse], _: Timestamp) -> Result<Turn, Fault> {
        let path = match call {
            Call::Register(call) => {
                assert!(call.card_token.is_some() && call.receipt.is_some());
                format!("reserve/{}/{}", call.order.as_str(), call.amount.get())
            }
            Call::Confirm(call) => format!("debit/{}/{}", call.lookup.order.as_str(), call.amount.get()),
            Call::Status(lookup) => format!("status/{}/0", lookup.order.as_str()),
            Call::Revoke(lookup) => format!("give_up/{}/0", lookup.order.as_str()),
            Call::Refund(call) | Call::RefundStatus(call) => {
                format!("return/{}/{}", call.payment.order.as_str(), call.amount.get())
            }
            Call::LinkCheck(_) | Call::LinkBind(_) => {
                return Err(Fault::refused(Code::Unsupported, "no stickers"));
            }
        };
        let Some(heard) = heard.last() else {
            let url = format!("https://social.example/{path}");
            return Ok(Turn::Send(WireRequest::new(Method::Post, url)));
        };
        let said = String::from_utf8_lossy(&heard.body).into_owned();
        let (word, sum) = said.split_once(' ').unwrap_or((&said, "0"));
        let sum = Kopecks::new(sum.parse().unwrap()).unwrap();
        Ok(Turn::Done(match word {
            "reserved" => Answer::Reserved(Reserved {
                available: sum,
                positions: vec![ReservedPosition { number: 2, sum }],
                expires_at: None,
                reference: Reference::default(),
            }),
            "debited" => Answer::Payment(PaymentState::Paid {
                amount: Some(sum),
                reference: Reference::default().with("transaction_id", "S-1"),
            }),
            "given_up" if matches!(call, Call::Revoke(_)) => Answer::Revoked,
            "given_up" => Answer::Payment(PaymentState::Cancelled),
            "returned" => Answer::Refund(RefundState::Completed {
                reference: Reference::default(),
            }),
            _ => return Err(Fault::refused(Code::ProviderRefused, "no")),
        }))
    }

    fn verify(&self, _: &RawCallback) -> Result<(), CallbackError> {
        Err(CallbackError::Unsupported)
    }
}

#[derive(Default)]
struct Books {
    available: i64,
    orders: BTreeMap<String, String>,
    calls: Vec<CallKind>,
    debits: u32,
    returned: i64,
    /// The next debit is carried out and its answer lost.
    lose_debit: bool,
}

/// The account behind the wire.
#[derive(Clone, Default)]
struct Account(Arc<Mutex<Books>>);

impl Account {
    fn made(&self, kind: CallKind) -> usize {
        let books = self.0.lock().unwrap();
        books.calls.iter().filter(|call| **call == kind).count()
    }

    fn hear(&self, url: &str) -> String {
        let mut books = self.0.lock().unwrap();
        let mut parts = url.rsplit('/');
        let (sum, order, word) = (
            parts.next().unwrap(),
            parts.next().unwrap(),
            parts.next().unwrap(),
        );
        let stands = books.orders.get(order).cloned().unwrap_or_default();
        let next = match word {
            "reserve" => format!("reserved {}", books.available),
            "debit" if stands.starts_with("reserved") => {
                books.debits += 1;
                format!("debited {sum}")
            }
            "give_up" if !stands.starts_with("debited") => "given_up".to_owned(),
            "return" if stands == format!("debited {sum}") => {
                books.returned += sum.parse::<i64>().unwrap();
                "returned".to_owned()
            }
            "status" if !stands.is_empty() => stands,
            _ => return "no".to_owned(),
        };
        books.orders.insert(order.to_owned(), next.clone());
        next
    }
}

#[async_trait]
impl Sender for Account {
    async fn send(&self, _: &Transport, request: WireRequest, kind: CallKind) -> Result<WireResponse, Fault> {
        self.0.lock().unwrap().calls.push(kind);
        let said = self.hear(&request.url);
        tokio::time::sleep(Duration::from_millis(40)).await;
        let lost = kind == CallKind::Confirm && std::mem::take(&mut self.0.lock().unwrap().lose_debit);
        if lost {
            tokio::time::sleep(Duration::from_secs(20)).await;
            return Err(Fault::unknown(Code::ProviderSilent, "no answer in time"));
        }
        Ok(WireResponse::new(200, said))
    }
}

struct Shop {
    desk: Desk,
    account: Account,
    journal: Arc<MemoryJournal>,
    clock: Arc<dyn Clock>,
    till: Till,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.desk.abandon();
    }
}

impl Shop {
    async fn open() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new());
        let journal = Arc::new(MemoryJournal::new());
        let row = json!({ "url": "https://social.example" });
        write_merchant(
            journal.as_ref(),
            MODULE,
            row.as_object().cloned().unwrap(),
            clock.as_ref(),
        )
        .await
        .unwrap();
        let account = Account::default();
        account.0.lock().unwrap().available = AVAILABLE;
        let desk = Self::desk(&journal, &account, &clock).await;
        let till = Till::of_module(MODULE, "1");
        Self {
            desk,
            account,
            journal,
            clock,
            till,
        }
    }

    async fn desk(journal: &Arc<MemoryJournal>, account: &Account, clock: &Arc<dyn Clock>) -> Desk {
        let names = [ModuleName::new(MODULE).unwrap()];
        let registry = Registry::new(vec![provider()]).unwrap();
        let modules = Modules::switch_on(&names, &registry, journal.as_ref())
            .await
            .unwrap();
        let sender = Arc::new(account.clone());
        let outbound = Outbound::with_sender(outbound::Options::default(), Arc::clone(clock), sender);
        let journal = Arc::clone(journal) as Arc<dyn Journal>;
        let desk = Desk::new(
            journal,
            Arc::new(outbound),
            Arc::clone(clock),
            modules,
            Options::default(),
        );
        desk.start().await.unwrap();
        desk
    }

    async fn crash(&mut self) {
        self.desk.abandon();
        self.journal = Arc::new(self.journal.restart());
        self.desk = Self::desk(&self.journal, &self.account, &self.clock).await;
    }

    fn pay(&self, id: &str, receipt: &str) -> Message {
        let fields = json!({ "amount": 36_000, "card_token": "mir-77", "receipt": {
            "number": receipt, "shift": 5, "items": [
                { "name": "Хлеб", "quantity": "1", "price": 4_500, "sum": 4_500 },
                { "name": "Сыр", "quantity": "1", "price": 31_500, "sum": 31_500 } ] } });
        self.till.message("pay", id, &fields).unwrap()
    }

    fn confirm(&self, id: &str, payment: &str, amount: Option<i64>) -> Message {
        let mut fields = json!({ "payment": payment });
        if let Some(amount) = amount {
            fields["amount"] = amount.into();
        }
        self.till.message("confirm", id, &fields).unwrap()
    }

    async fn send(&self, message: Message) -> Reply {
        self.desk.handle(message, None).await.unwrap()
    }

    async fn until(&self, reply: &Reply, wanted: impl Fn(&Reply) -> bool) -> Reply {
        for _ in 0..10_000 {
            let reply = self.desk.look(id(reply)).await.unwrap().unwrap();
            if wanted(&reply) {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("it never came: {reply:?}")
    }

    async fn ended(&self, reply: &Reply) -> Reply {
        self.until(reply, |reply| reply.is_final).await
    }

    /// A payment that waits for its confirmation.
    async fn reserved(&self, id: &str, receipt: &str) -> Reply {
        let reply = self.send(self.pay(id, receipt)).await;
        let reply = self.until(&reply, |reply| reply.reservation.is_some()).await;
        assert_eq!(reply.state, Some(State::AwaitingConfirmation), "{reply:?}");
        reply
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with fields of a reply")]
fn kopecks(sum: i64) -> Option<Kopecks> {
    Some(Kopecks::new(sum).unwrap())
}

#[tokio::test(start_paused = true)]
async fn reserved_confirmed_debited_and_refunded_as_a_whole() {
    let shop = Shop::open().await;
    let pay = shop.pay("p1", "201");
    let opened = shop.desk.handle(pay, Some(waiter("pay"))).await.unwrap();
    let reserved = shop.until(&opened, |reply| reply.reservation.is_some()).await;
    let report = reserved.reservation.as_ref().unwrap();
    assert_eq!(Some(report.available), kopecks(AVAILABLE));
    assert_eq!(report.positions[0].number, 2);
    assert_eq!(shop.account.made(CallKind::Confirm), 0);

    let confirm = shop.confirm("c1", "p1", Some(20_000));
    let answer = shop.desk.handle(confirm, Some(waiter("confirm"))).await.unwrap();
    assert_eq!(answer.state, Some(State::Confirming), "{answer:?}");
    assert_eq!(answer.operation.as_deref(), Some("confirm"));
    let end = shop.ended(&reserved).await;
    assert_eq!(
        (end.state, end.amount),
        (Some(State::Paid), kopecks(20_000)),
        "{end:?}"
    );
    // The register hears of it at both addresses.
    let finals: Vec<_> = shop
        .journal
        .outbox(0, 1_000)
        .await
        .unwrap()
        .into_iter()
        .filter(|row| row.outgoing.body.contains("\"final\":true"))
        .filter_map(|row| row.outgoing.waiter.correlation_id)
        .collect();
    assert_eq!(finals, ["pay", "confirm"]);

    let receipt = json!({ "receipt": { "number": "201" } });
    let asked = shop.till.message("receipt_find", "f1", &receipt).unwrap();
    let found = shop.send(asked).await;
    let payment = &found.payments[0];
    assert_eq!(
        (payment.left, payment.refund),
        (kopecks(20_000).unwrap(), Refundable::Whole)
    );
    let words = payment.note.as_ref().unwrap();
    assert!(words.en.contains("only the whole sum"), "{words:?}");

    let part = shop.send(shop.till.refund("r1", "p1", Some(100)).unwrap()).await;
    assert_eq!(code(&part), Some(Code::Unsupported));
    assert_eq!(shop.account.made(CallKind::Refund), 0, "nothing is sent");
    let over = shop
        .send(shop.till.refund("r2", "p1", Some(31_500)).unwrap())
        .await;
    assert_eq!(code(&over), Some(Code::RefundExceedsPayment));
    let whole = shop.send(shop.till.refund("r3", "p1", None).unwrap()).await;
    let refunded = shop.ended(&whole).await;
    assert_eq!(
        (refunded.state, refunded.amount),
        (Some(State::Refunded), kopecks(20_000))
    );
    assert_eq!(shop.account.0.lock().unwrap().returned, 20_000);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_confirmation_finds_the_stored_state_and_another_sum_is_a_conflict() {
    let shop = Shop::open().await;
    let early = shop.send(shop.confirm("c0", "p1", None)).await;
    assert_eq!(code(&early), Some(Code::UnknownPayment));
    let reserved = shop.reserved("p1", "201").await;
    let too_much = shop.send(shop.confirm("c1", "p1", Some(AVAILABLE + 1))).await;
    assert_eq!(code(&too_much), Some(Code::AmountOutOfRange));
    shop.account.0.lock().unwrap().lose_debit = true;
    let first = shop.send(shop.confirm("c2", "p1", None)).await;
    for _ in 0..2 {
        let again = shop.send(shop.confirm("c2", "p1", None)).await;
        assert_eq!((again.state, again.amount), (first.state, first.amount));
        let other = shop.send(shop.confirm("c3", "p1", Some(100))).await;
        assert_eq!(code(&other), Some(Code::AlreadyConfirmed));
        assert!(other.error.unwrap().detail.unwrap().contains("315.00"));
    }
    let end = shop.ended(&reserved).await;
    assert_eq!((end.state, end.amount), (Some(State::Paid), kopecks(AVAILABLE)));
    let late = shop.send(shop.confirm("c2", "p1", None)).await;
    assert_eq!((late.state, code(&late)), (Some(State::Paid), None));
    let books = shop.account.0.lock().unwrap();
    assert_eq!(books.debits, 1);
}

#[tokio::test(start_paused = true)]
async fn one_social_payment_to_a_receipt() {
    let shop = Shop::open().await;
    let first = shop.reserved("p1", "201").await;
    let second = shop.send(shop.pay("p2", "201")).await;
    assert_eq!(code(&second), Some(Code::ReceiptHasPayment));
    shop.reserved("p3", "202").await;
    // After an unpaid end the receipt is free; after a paid one it is not.
    shop.send(shop.till.cancel("x1", "p1").unwrap()).await;
    let end = shop.ended(&first).await;
    assert_eq!(end.state, Some(State::Cancelled));
    let third = shop.reserved("p4", "201").await;
    shop.send(shop.confirm("c4", "p4", None)).await;
    assert_eq!(shop.ended(&third).await.state, Some(State::Paid));
    let fourth = shop.send(shop.pay("p5", "201")).await;
    assert_eq!(code(&fourth), Some(Code::ReceiptHasPayment));
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_each_step_debits_once() {
    let mut shop = Shop::open().await;
    let reserved = shop.reserved("p1", "201").await;
    shop.crash().await;
    shop.account.0.lock().unwrap().lose_debit = true;
    shop.send(shop.confirm("c1", "p1", None)).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    shop.crash().await;
    let end = shop.ended(&reserved).await;
    assert_eq!((end.state, end.amount), (Some(State::Paid), kopecks(AVAILABLE)));
    assert_eq!(shop.account.0.lock().unwrap().debits, 1);
    assert_eq!(shop.account.made(CallKind::Confirm), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_that_nobody_confirms_is_given_up() {
    let shop = Shop::open().await;
    let reserved = shop.reserved("p1", "201").await;
    let end = shop.ended(&reserved).await;
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Expired), Some(Code::Expired))
    );
    let late = shop.send(shop.confirm("c1", "p1", None)).await;
    assert_eq!(code(&late), Some(Code::NotAwaitingConfirmation));
    let books = shop.account.0.lock().unwrap();
    assert_eq!(books.debits, 0);
    assert!(books.orders.values().all(|stands| stands == "given_up"));
}

#[tokio::test(start_paused = true)]
async fn a_receipt_of_which_nothing_can_be_paid_is_declined_and_free_again() {
    let shop = Shop::open().await;
    shop.account.0.lock().unwrap().available = 0;
    let opened = shop.send(shop.pay("p1", "201")).await;
    let end = shop.ended(&opened).await;
    assert_eq!(
        (end.state, code(&end)),
        (Some(State::Declined), Some(Code::NothingPayable))
    );
    shop.account.0.lock().unwrap().available = AVAILABLE;
    shop.reserved("p2", "201").await;
}

#[tokio::test(start_paused = true)]
async fn a_receipt_without_its_number_or_lines_is_turned_away() {
    let shop = Shop::open().await;
    for (receipt, place) in [
        (Value::Null, "receipt.number"),
        (json!({ "number": "201" }), "receipt.items"),
        (
            json!({ "items": [{ "name": "x", "quantity": "1", "price": 1, "sum": 1 }] }),
            "receipt.number",
        ),
    ] {
        let fields = json!({ "amount": 100, "receipt": receipt });
        let reply = shop.send(shop.till.message("pay", "p1", &fields).unwrap()).await;
        assert_eq!(code(&reply), Some(Code::InvalidField));
        assert!(reply.error.unwrap().detail.unwrap().starts_with(place));
    }
    assert_eq!(shop.account.made(CallKind::Register), 0);
}
