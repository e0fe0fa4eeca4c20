//! A refund: of a payment that is named, or of the one that a receipt has.

use super::args::RefundArgs;
use super::exit::Exit;
use super::screen::Screen;
use super::{Trouble, follow, payment_id};
use domain::{Kopecks, State};
use protocol::{ReceiptPayment, Refundable};
use register::{PaymentId, Refund, Register};
use texts::words::cli;

/// Gives money back. What the bank does not support is said before the attempt, and nothing is sent then.
pub(super) async fn run(register: &Register, args: RefundArgs, screen: &mut Screen) -> Result<Exit, Trouble> {
    let Some(number) = &args.receipt else {
        let payment = payment_id(args.payment.as_deref().unwrap_or_default(), args.by_operation_id)?;
        return give_back(register, payment, args, screen).await;
    };
    let found = register.receipt_find(number, args.shift).await?;
    screen.reply(&found);
    if found.error.is_some() {
        return Ok(Exit::of_reply(&found));
    }
    let paid: Vec<_> = found
        .payments
        .iter()
        .filter(|payment| payment.state == State::Paid)
        .collect();
    match paid[..] {
        // Each payment's own note has said why not.
        [] => Ok(Exit::NotPaid),
        [payment] if !supported(payment, args.amount) => Ok(Exit::NotPaid),
        [payment] => {
            let through = register.clone().with_module(payment.module.clone());
            give_back(&through, PaymentId::Operation(payment.operation_id), args, screen).await
        }
        _ => {
            screen.say(cli::CHOOSE_PAYMENT);
            Ok(Exit::Usage)
        }
    }
}

/// Whether the bank takes a refund of this sum; without a sum, of all that is left.
fn supported(payment: &ReceiptPayment, amount: Option<Kopecks>) -> bool {
    match payment.refund {
        Refundable::Partial => true,
        Refundable::Whole => amount.is_none_or(|amount| amount == payment.left),
        Refundable::None => false,
    }
}

async fn give_back(
    register: &Register,
    payment: PaymentId,
    args: RefundArgs,
    screen: &mut Screen,
) -> Result<Exit, Trouble> {
    let mut refund = Refund {
        amount: args.amount,
        purpose: args.purpose,
        ..Refund::new(payment)
    };
    refund.id = args.refund_id.unwrap_or(refund.id);
    let reply = follow(register.refund(refund).await, screen).await?;
    Ok(Exit::of_reply(&reply))
}
