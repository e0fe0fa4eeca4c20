//! Alfa-Bank's terminal number: asked once, when a sticker is bound; kept with the register; no two have the same.

use super::code;
use domain::{Code, ModuleName, State, TerminalId};
use journal::{Journal, SettingsWrite};
use protocol::{LinkVerdict, Reply};
use serde_json::{Map, Value, json};
use simulator::alfa::TERMINALS;
use simulator::bank::PayerAction;
use testkit::provider::{SimulatedProvider, simulated};
use testkit::till::Till;
use testkit::world::World;

const MODULE: &str = "qralpha_variable";
const NUMBER: &str = TERMINALS[0];

type Shop = World<dyn SimulatedProvider>;

async fn shop() -> Shop {
    World::for_module(MODULE, 1).await.unwrap()
}

fn till(terminal: &str) -> Till {
    Till::of_module(MODULE, terminal)
}

fn blank(shop: &Shop) -> String {
    shop.bank.lock().blank_sticker().unwrap()
}

async fn bind(shop: &Shop, till: &Till, id: &str, sticker: &str, number: Option<&str>) -> Reply {
    let message = match number {
        Some(number) => till.bind_numbered(id, sticker, number),
        None => till.bind(id, sticker),
    };
    shop.finish(message.unwrap()).await.unwrap()
}

fn verdict(reply: &Reply) -> Option<LinkVerdict> {
    reply.link.as_ref().map(|link| link.verdict)
}

/// A register's row in the settings.
async fn row(shop: &Shop, terminal: &str) -> Map<String, Value> {
    let settings = shop.journal.settings(&ModuleName::new(MODULE).unwrap()).await;
    let terminal = TerminalId::new(terminal).unwrap();
    settings
        .unwrap()
        .terminals
        .get(&terminal)
        .cloned()
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_once_and_kept_with_the_register() {
    let shop = shop().await;
    let till = till("1");
    let sticker = blank(&shop);
    // An unbound register's check needs no number, and leads to the binding.
    let check = shop.finish(till.check("k1", &sticker).unwrap()).await.unwrap();
    assert_eq!(verdict(&check), Some(LinkVerdict::NotOurs), "{check:?}");
    let asked = bind(&shop, &till, "b1", &sticker, None).await;
    assert_eq!(code(&asked), Some(Code::TerminalNumberNeeded), "{asked:?}");
    assert!(shop.bank.exchanges().is_empty(), "asked before anything is sent");
    assert!(row(&shop, "1").await.is_empty());

    let bound = bind(&shop, &till, "b2", &sticker, Some(NUMBER)).await;
    assert_eq!(verdict(&bound), Some(LinkVerdict::BoundNow), "{bound:?}");
    let kept = row(&shop, "1").await;
    assert_eq!(kept["TermNo"], NUMBER);
    assert_eq!(kept["payload"], sticker.as_str());

    // From here on nobody asks: not the check, not a payment, not the binding of another sticker.
    let check = shop.finish(till.check("k2", &sticker).unwrap()).await.unwrap();
    assert_eq!(verdict(&check), Some(LinkVerdict::ThisRegister), "{check:?}");
    let shown = shop.show(till.pay("p1", 700).unwrap()).await.unwrap();
    let now = shop.bank.now();
    shop.bank
        .lock()
        .payer(&sticker, PayerAction::Pay, None, now)
        .unwrap();
    let end = shop.ended(super::id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Paid), "{end:?}");
    let other = blank(&shop);
    let bound = bind(&shop, &till, "b3", &other, None).await;
    assert_eq!(verdict(&bound), Some(LinkVerdict::BoundNow), "{bound:?}");
    let kept = row(&shop, "1").await;
    assert_eq!(
        (&kept["TermNo"], &kept["payload"]),
        (&json!(NUMBER), &json!(other))
    );
}

#[tokio::test(start_paused = true)]
async fn a_number_that_another_register_has_is_refused_and_nothing_is_sent() {
    let shop = shop().await;
    let bound = bind(&shop, &till("1"), "b1", &blank(&shop), Some(NUMBER)).await;
    assert_eq!(verdict(&bound), Some(LinkVerdict::BoundNow), "{bound:?}");
    let sent = shop.bank.exchanges().len();
    let second = blank(&shop);
    let taken = bind(&shop, &till("2"), "b1", &second, Some(NUMBER)).await;
    assert_eq!(code(&taken), Some(Code::TerminalNumberTaken), "{taken:?}");
    assert_eq!(shop.bank.exchanges().len(), sent);
    assert!(row(&shop, "2").await.is_empty());
    let bound = bind(&shop, &till("2"), "b2", &second, Some(TERMINALS[1])).await;
    assert_eq!(verdict(&bound), Some(LinkVerdict::BoundNow), "{bound:?}");
}

/// Both were let in before either was bound: the journal lets only one of them end well.
#[tokio::test(start_paused = true)]
async fn two_registers_that_bind_at_once_do_not_get_one_number() {
    let shop = shop().await;
    let (first, second) = (blank(&shop), blank(&shop));
    let (tills, stickers) = ([till("1"), till("2")], [first, second]);
    let (one, other) = tokio::join!(
        bind(&shop, &tills[0], "b1", &stickers[0], Some(NUMBER)),
        bind(&shop, &tills[1], "b1", &stickers[1], Some(NUMBER)),
    );
    let taken = [&one, &other].map(|end| code(end) == Some(Code::TerminalNumberTaken));
    let bound = [&one, &other].map(|end| verdict(end) == Some(LinkVerdict::BoundNow));
    assert_eq!(taken.map(|taken| !taken), bound, "{one:?} {other:?}");
    assert_eq!(bound.iter().filter(|bound| **bound).count(), 1);
    let operations = testkit::books::operations(&shop.journal).await.unwrap();
    assert_eq!(operations.len(), 2, "both were opened");
    assert!(operations.iter().all(|one| one.state.is_final()));
}

/// Where the bank's command is not in the settings, its answer about the link is the proof, and our record the binding.
#[tokio::test(start_paused = true)]
async fn without_the_banks_command_the_status_of_the_link_proves_the_binding() {
    let shop = shop().await;
    let mut merchant = simulated(MODULE).unwrap().merchant().unwrap();
    merchant.remove("bind_command");
    let write = SettingsWrite::Merchant {
        module: ModuleName::new(MODULE).unwrap(),
        id: 0,
        value: Some(merchant),
    };
    shop.configure(write).await.unwrap();
    let unknown = bind(&shop, &till("1"), "b1", &blank(&shop), Some(NUMBER)).await;
    assert_eq!(code(&unknown), Some(Code::LinkForeign), "{unknown:?}");
    assert!(row(&shop, "1").await.is_empty());
    let ours = shop.bank.lock().own_sticker().unwrap();
    let bound = bind(&shop, &till("1"), "b2", &ours, Some(NUMBER)).await;
    assert_eq!(verdict(&bound), Some(LinkVerdict::BoundNow), "{bound:?}");
    assert_eq!(row(&shop, "1").await["TermNo"], NUMBER);
}

/// What a link shows is not known, so an activation without an answer is neither paid nor unpaid: a person is called,
/// and the same setting that the bank confirms lets it end by itself.
#[tokio::test(start_paused = true)]
async fn a_lost_activation_waits_until_it_is_known_what_a_link_shows() {
    let shop = shop().await;
    let till = till("1");
    let sticker = blank(&shop);
    bind(&shop, &till, "b1", &sticker, Some(NUMBER)).await;
    let merchant = simulated(MODULE).unwrap().merchant().unwrap();
    let set = async |link_status: &str| {
        let mut merchant = merchant.clone();
        merchant.insert("link_status".to_owned(), link_status.into());
        let write = SettingsWrite::Merchant {
            module: ModuleName::new(MODULE).unwrap(),
            id: 0,
            value: Some(merchant),
        };
        shop.configure(write).await.unwrap();
    };
    set("unknown").await;
    shop.bank.lock().plan(
        Some(simulator::Step::Register),
        simulator::Fault::DropBefore,
        simulator::When::Next(1),
    );
    let opened = shop.send(till.pay("p1", 700).unwrap()).await.unwrap();
    shop.pass(3_600_000).await;
    let told = shop.look(super::id(&opened)).await.unwrap();
    assert_eq!(told.state, Some(State::Unresolved), "{told:?}");
    // Its link is not given to another payment meanwhile.
    let busy = shop.finish(till.pay("p2", 700).unwrap()).await.unwrap();
    assert_eq!(code(&busy), Some(Code::LinkBusy), "{busy:?}");
    set("latest").await;
    let end = shop.ended(super::id(&opened)).await.unwrap();
    assert_eq!(end.state, Some(State::Refused), "{end:?}");
    let shown = shop.show(till.pay("p3", 700).unwrap()).await.unwrap();
    assert_eq!(shown.state, Some(State::AwaitingPayment), "{shown:?}");
}
