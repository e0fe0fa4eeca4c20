//! Small builders of valid operations.

use domain::call::Reference;
use domain::operation::Paid;
use domain::receipt::Receipt;
use domain::request::{Link, Order, Pay, Refund, RefundOrigin, Request};
use domain::{
    Abilities, CallerId, Fact, Kopecks, LostRegistration, ModuleName, Operation, OperationId, Policy, State,
    StoreId, TerminalId, Timestamp, Waiter,
};
use journal::{Change, Holder, Opening, Outgoing};

pub const HOLDER: Holder = Holder([1; 16]);
pub const OTHER_HOLDER: Holder = Holder([2; 16]);

/// A moment: so many milliseconds after the tests began.
pub fn at(ms: u64) -> Timestamp {
    Timestamp::from_micros(1_795_341_600_000_000).plus_ms(ms)
}

pub fn module() -> ModuleName {
    ModuleName::new("qrraiffd").unwrap()
}

pub fn kopecks(sum: i64) -> Kopecks {
    Kopecks::new(sum).unwrap()
}

pub fn waiter(correlation: &str) -> Waiter {
    Waiter {
        reply_to: "amq.rabbitmq.reply-to.1".to_owned(),
        correlation_id: Some(correlation.to_owned()),
    }
}

pub fn outgoing(operation: Option<OperationId>, body: &str) -> Outgoing {
    Outgoing {
        operation,
        waiter: waiter("c"),
        body: body.to_owned(),
    }
}

fn request(caller: &str, order: Order) -> Request {
    Request {
        id: CallerId::new(caller).unwrap(),
        module: module(),
        store: StoreId::new("магазин 1").unwrap(),
        terminal: TerminalId::new("касса 7").unwrap(),
        order,
        timeout_ms: Some(310_000),
    }
}

fn operation(request: Request) -> Operation {
    let now = at(0);
    Operation {
        id: OperationId::mint(now),
        request,
        policy: Policy::default(),
        abilities: Abilities {
            revoke: true,
            refund: true,
            one_refund_at_a_time: false,
            partial_refund: true,
            link_check: false,
            link_bind: false,
            cash_link: false,
            reservation: false,
            lost_registration: LostRegistration::RepeatSameOrder,
            ..Abilities::default()
        },
        created_at: now,
        answer_by: now.plus_ms(300_000),
        version: 1,
        state: State::Registering,
        in_flight: None,
        act_at: Some(now),
        due_at: Some(now),
        uncertain: false,
        sent: domain::operation::Sent::default(),
        attempt: 1,
        technical_errors: 0,
        qr: None,
        reservation: None,
        link_id: None,
        reference: Reference::default(),
        closing: None,
        failure: None,
        paid: None,
        reversal: None,
        payment: None,
        link_owner: None,
        link: None,
        finished_at: None,
    }
}

pub fn payment(caller: &str, sum: i64) -> Operation {
    operation(request(
        caller,
        Order::Pay(Box::new(Pay {
            amount: kopecks(sum),
            purpose: Some("Оплата по чеку №15".to_owned()),
            cost_centre: None,
            receipt: None,
            customer_code: None,
            card_token: None,
            link: None,
            lifetime_s: None,
            tender: None,
            subscriber: None,
            replaces: None,
        })),
    ))
}

pub fn link_payment(caller: &str, link: &str) -> Operation {
    Operation {
        link_id: Some(link.to_owned()),
        ..payment(caller, 100)
    }
}

/// A payment that is reserved first, for this receipt.
pub fn receipt_payment(caller: &str, shift: Option<u32>, number: &str) -> Operation {
    let mut operation = payment(caller, 100);
    operation.abilities.reservation = true;
    if let Order::Pay(pay) = &mut operation.request.order {
        pay.receipt = Some(Receipt {
            number: Some(number.to_owned()),
            shift,
            ..Receipt::default()
        });
    }
    operation
}

pub fn link_check(caller: &str, link: &str) -> Operation {
    let order = Order::LinkCheck(Link {
        payload: format!("https://qr.nspk.ru/{link}"),
        terminal_number: None,
    });
    Operation {
        link_id: Some(link.to_owned()),
        ..operation(request(caller, order))
    }
}

pub fn refund(caller: &str, payment: OperationId, sum: i64) -> Operation {
    let order = Order::Refund(Refund {
        payment,
        amount: kopecks(sum),
        purpose: None,
        origin: RefundOrigin::Register,
    });
    operation(request(caller, order))
}

pub fn opening(operation: &Operation) -> Opening {
    Opening {
        operation: operation.clone(),
        facts: vec![Fact::Accepted],
        waiter: None,
        outgoing: Vec::new(),
        holder: HOLDER,
        lease_until: at(60_000),
        now: at(0),
    }
}

/// The operation's next version in this state.
pub fn next(operation: &Operation, state: State) -> Operation {
    Operation {
        version: operation.version + 1,
        state,
        due_at: if state.is_final() { None } else { operation.due_at },
        finished_at: state.is_final().then(|| at(2)),
        ..operation.clone()
    }
}

/// The payment's next version, paid in full.
pub fn paid(payment: &Operation) -> Operation {
    Operation {
        paid: Some(Paid {
            at: at(1),
            amount: payment.amount(),
        }),
        ..next(payment, State::Paid)
    }
}

pub fn change(operation: &Operation) -> Change {
    Change {
        operation: operation.clone(),
        facts: vec![Fact::Reached {
            state: operation.state,
        }],
        outgoing: Vec::new(),
        reversal: None,
        settings: None,
        distinct: &[],
        holder: HOLDER,
        now: at(2),
    }
}
