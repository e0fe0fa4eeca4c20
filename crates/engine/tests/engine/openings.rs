//! The operations that the tests open.

use domain::operation::{LinkOwner, PaymentRef};
use domain::policy::MoneyWhileClosing;
use domain::receipt::{Item, Receipt};
use domain::request::{Link, Order, Pay, Refund, RefundOrigin, Request};
use domain::{Abilities, Kopecks, LostRegistration, OperationId, Policy, Timestamp};
use engine::Opening;

/// The moment when every test begins.
pub const START: Timestamp = Timestamp::from_micros(1_795_341_600_000_000);

/// The sum that is asked for.
pub fn price() -> Kopecks {
    Kopecks::new(12_500).unwrap()
}

/// A payment with a QR of its own, at a provider that can revoke and be asked by our order id.
pub fn payment() -> Opening {
    Opening {
        id: OperationId::from_bytes([7; 16]),
        request: request(Order::Pay(Box::new(Pay {
            amount: price(),
            purpose: None,
            cost_centre: None,
            receipt: None,
            customer_code: None,
            card_token: None,
            link: None,
            lifetime_s: None,
            tender: None,
            subscriber: None,
            replaces: None,
        }))),
        policy: Policy {
            technical_errors_max: 3,
            answer_within_ms: 345_000,
            ..Policy::default()
        },
        abilities: Abilities {
            revoke: true,
            refund: true,
            one_refund_at_a_time: false,
            partial_refund: true,
            link_check: true,
            link_bind: true,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::AskByOrder,
            ..Abilities::default()
        },
        link_id: None,
        link_owner: None,
        payment: None,
        promised: true,
    }
}

/// The same at a provider where a registration may be repeated.
pub fn repeatable() -> Opening {
    let mut opening = payment();
    opening.abilities.lost_registration = LostRegistration::RepeatSameOrder;
    opening
}

/// The same at a provider that cannot revoke.
pub fn without_revoke(mut opening: Opening) -> Opening {
    opening.abilities.revoke = false;
    opening
}

/// The same with money given back that comes while the payment is being closed.
pub fn reversing(mut opening: Opening) -> Opening {
    opening.policy.money_while_closing = MoneyWhileClosing::Reverse;
    opening
}

/// The same over a sticker: it can be paid as soon as it is activated.
pub fn over_a_sticker(mut opening: Opening) -> Opening {
    opening.abilities.cash_link = true;
    opening.link_id = Some("AS1000670LSS7DN18SJQDNP4B05KLJL2".to_owned());
    opening
}

/// The same with a code from the buyer's phone: the registration itself takes the money.
pub fn by_customer_code(mut opening: Opening) -> Opening {
    if let Order::Pay(pay) = &mut opening.request.order {
        pay.customer_code = Some("2000000000000000".to_owned());
    }
    opening
}

/// The same for a whole receipt: reserved first, confirmed by the register, and only then debited.
pub fn reserving(mut opening: Opening) -> Opening {
    opening.abilities.reservation = true;
    if let Order::Pay(pay) = &mut opening.request.order {
        let item = |sum| Item {
            name: "Хлеб".to_owned(),
            code: None,
            quantity: "1".to_owned(),
            price: sum,
            sum,
        };
        pay.receipt = Some(Receipt {
            number: Some("15".to_owned()),
            items: vec![
                item(Kopecks::new(9_000).unwrap()),
                item(Kopecks::new(3_500).unwrap()),
            ],
            ..Receipt::default()
        });
    }
    opening
}

/// The same at a provider that cannot give money back.
pub fn without_refund(mut opening: Opening) -> Opening {
    opening.abilities.refund = false;
    opening
}

/// A refund of the whole payment.
pub fn refund(origin: RefundOrigin) -> Opening {
    let paid = OperationId::from_bytes([8; 16]);
    Opening {
        request: request(Order::Refund(Refund {
            payment: paid,
            amount: price(),
            purpose: None,
            origin,
        })),
        payment: Some(PaymentRef {
            order: paid.order(1),
            amount: price(),
            reference: domain::call::Reference::default(),
        }),
        promised: origin == RefundOrigin::Register,
        ..payment()
    }
}

/// A question about a sticker.
pub fn link_check() -> Opening {
    Opening {
        request: request(Order::LinkCheck(link())),
        ..payment()
    }
}

/// A sticker's binding.
pub fn link_bind() -> Opening {
    Opening {
        request: request(Order::LinkBind(link())),
        link_owner: Some(LinkOwner::Nobody),
        ..payment()
    }
}

fn link() -> Link {
    Link {
        payload: "https://qr.nspk.ru/AS1000670LSS7DN18SJQDNP4B05KLJL2".to_owned(),
        terminal_number: None,
    }
}

fn request(order: Order) -> Request {
    Request {
        id: "r-1".parse().unwrap(),
        module: "bank".parse().unwrap(),
        store: "1".parse().unwrap(),
        terminal: "1".parse().unwrap(),
        order,
        timeout_ms: None,
    }
}
