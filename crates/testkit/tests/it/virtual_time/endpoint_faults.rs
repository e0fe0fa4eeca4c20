//! Every fault that the simulated bank knows, at each of its endpoints: whatever comes, the end is the truth.

use super::id;
use domain::State;
use protocol::Reply;
use serde_json::json;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{Fault, When};
use testkit::books;
use testkit::till::Till;
use testkit::world::{DYNAMIC, World};

/// Time for everything to come to rest: the watch for late money is the longest.
const REST_MS: u64 = 30 * 60_000;

fn faults() -> Vec<Fault> {
    let status = |code, acted| Fault::Status { code, acted };
    vec![
        Fault::Delay { ms: 1_000 },
        Fault::Delay { ms: 45_000 },
        Fault::DropBefore,
        Fault::DropAfter,
        status(500, false),
        status(500, true),
        status(502, false),
        status(502, true),
        status(503, false),
        status(504, true),
        Fault::TooManyRequests { retry_after_s: 3 },
        Fault::MalformedJson,
        Fault::HtmlBody,
        Fault::EmptyBody,
        Fault::UnknownStatus,
        Fault::WrongContentType,
        Fault::SlowBody { ms: 45_000 },
        Fault::ExtraFields,
    ]
}

async fn the_end_is_the_truth(endpoint: Endpoint, till: Till) {
    for fault in faults() {
        for times in [1, 4] {
            let case = format!("{endpoint:?} {fault:?} {times} times");
            let world = World::new(1, json!({})).await.unwrap();
            if till.module != DYNAMIC {
                let sticker = world.bank.lock().print_sticker();
                world.finish(till.bind("b1", &sticker).unwrap()).await.unwrap();
            }
            day(&world, &till, endpoint, &fault, times).await;
            world.pass(REST_MS).await;
            for operation in books::operations(&world.journal).await.unwrap() {
                assert!(operation.state.is_final(), "{case}: {operation:#?}");
            }
            if let Err(error) = books::agree(&world).await {
                panic!("{case}: {error:?}");
            }
        }
    }
}

/// A paid payment with its refund, a cancelled one, one that nobody pays. Each meets the fault.
async fn day(world: &World, till: &Till, endpoint: Endpoint, fault: &Fault, times: u32) {
    let plan = || world.bank.fault(Some(endpoint), fault.clone(), When::Next(times));
    let stop = || world.bank.lock().clear_faults();
    plan();
    let shown = world.show(till.pay("p1", 15_000).unwrap()).await.unwrap();
    if pay(world, till, &shown) {
        let end = world.ended(id(&shown)).await.unwrap();
        if end.state == Some(State::Paid) {
            let end = world
                .finish(till.refund("r1", "p1", Some(5_000)).unwrap())
                .await
                .unwrap();
            assert_eq!(
                end.state,
                Some(State::Refunded),
                "{endpoint:?} {fault:?}: {end:?}"
            );
        }
    }
    world.ended(id(&shown)).await.unwrap();
    stop();
    plan();
    let shown = world.show(till.pay("p2", 700).unwrap()).await.unwrap();
    world.send(till.cancel("c2", "p2").unwrap()).await.unwrap();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_ne!(
        end.state,
        Some(State::Paid),
        "{endpoint:?} {fault:?}: nobody has paid"
    );
    stop();
    let shown = world.show(till.pay("p3", 800).unwrap()).await.unwrap();
    plan();
    let end = world.ended(id(&shown)).await.unwrap();
    assert_eq!(end.state, Some(State::Expired), "{endpoint:?} {fault:?}");
    stop();
}

/// The buyer pays if there is anything to scan: the QR that was shown, or the sticker.
fn pay(world: &World, till: &Till, shown: &Reply) -> bool {
    let now = world.bank.now();
    let mut bank = world.bank.lock();
    let link = if till.module == DYNAMIC {
        shown.qr.as_ref().map(|qr| qr.payload.clone())
    } else {
        bank.payable(1, now).pop().map(|(link, _)| link)
    };
    link.is_some_and(|link| bank.pay(&link, PayerAction::Pay, None, now).is_ok())
}

macro_rules! endpoints {
    ($($name:ident: $endpoint:ident at $till:ident;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            the_end_is_the_truth(Endpoint::$endpoint, Till::$till("1")).await;
        }
    )*};
}

endpoints! {
    registration: RegisterQr at new;
    status: PaymentInfo at new;
    qr_status: QrInfo at new;
    revocation: CancelQr at new;
    refund: Refund at new;
    refund_status: RefundStatus at new;
    activation: CreateOrder at with_link;
    order_status: OrderInfo at with_link;
    deactivation: CancelOrder at with_link;
    order_refund: OrderRefund at with_link;
    order_refund_status: OrderRefundStatus at with_link;
}
