//! A refund by receipt: found from another register of the store.

use super::code;
use domain::{Code, State};
use protocol::Refundable;
use serde_json::json;
use testkit::books;
use testkit::till::Till;
use testkit::world::World;

#[tokio::test(start_paused = true)]
async fn is_found_at_another_register_refunded_in_part_and_found_with_what_is_left() {
    let world = World::new(1, json!({})).await.unwrap();
    let (seller, returns) = (Till::new("1"), Till::new("2"));
    let fields = json!({ "amount": 15_000, "receipt": { "number": "123", "shift": 5 } });
    let shown = world
        .show(seller.message("pay", "p1", &fields).unwrap())
        .await
        .unwrap();
    let asked = |till: &Till, id: &str, shift: u32| {
        let receipt = json!({ "receipt": { "number": "123", "shift": shift } });
        till.message("receipt_find", id, &receipt).unwrap()
    };

    let open = world.send(asked(&returns, "f0", 5)).await.unwrap();
    assert_eq!(open.payments[0].state, State::AwaitingPayment);
    assert_eq!(
        (open.payments[0].left.get(), open.payments[0].refund),
        (0, Refundable::None)
    );
    assert!(open.payments[0].note.is_some(), "it says why not");

    world.buyer(&shown, simulator::bank::PayerAction::Pay).unwrap();
    world.ended(shown.operation_id.unwrap()).await.unwrap();
    let found = world.send(asked(&returns, "f1", 5)).await.unwrap();
    assert!(found.is_final && found.error.is_none(), "{found:?}");
    let payment = &found.payments[0];
    assert_eq!(found.payments.len(), 1);
    assert_eq!((payment.state, payment.terminal.as_str()), (State::Paid, "1"));
    assert_eq!(
        (payment.left.get(), payment.refund),
        (15_000, Refundable::Partial)
    );
    assert!(
        payment.note.is_none() && payment.requisites.is_some(),
        "{payment:?}"
    );

    for (id, amount, left, refund) in [
        ("r1", 4_000, 11_000, Refundable::Partial),
        ("r2", 11_000, 0, Refundable::None),
    ] {
        let fields = json!({ "operation_id": payment.operation_id, "amount": amount });
        let end = world
            .finish(returns.message("refund", id, &fields).unwrap())
            .await
            .unwrap();
        assert_eq!(end.state, Some(State::Refunded), "{end:?}");
        let again = world.send(asked(&returns, &format!("f-{id}"), 5)).await.unwrap();
        let payment = &again.payments[0];
        assert_eq!((payment.left.get(), payment.refund), (left, refund));
        assert_eq!(payment.refunded.get(), 15_000 - left);
        assert_eq!(payment.note.is_some(), left == 0);
    }
    for (till, shift) in [(returns.clone(), 6), (Till::new("1").of_store("2"), 5)] {
        let nothing = world.send(asked(&till, "f9", shift)).await.unwrap();
        assert_eq!(code(&nothing), Some(Code::UnknownPayment));
        assert!(nothing.payments.is_empty());
    }
    books::agree(&world).await.unwrap();
}
