//! Cash links as our own settings have them: whose a sticker is, which one a payment works over, whose number is whose.

use crate::Inner;
use crate::opening::{Draft, TurnedAway};
use connector::nspk;
use domain::operation::LinkOwner;
use domain::request::{Link, Order, Request};
use domain::{Code, ModuleName};

/// Which link a payment works over: the scanned one if it may be used here, else the one bound to the register.
pub fn of_payment(
    inner: &Inner,
    name: &ModuleName,
    draft: &Draft,
    scanned: Option<&str>,
) -> Result<String, TurnedAway> {
    let Some(scanned) = scanned else {
        return draft.module.link_id.clone().ok_or_else(|| {
            TurnedAway::new(
                Code::LinkUnbound,
                "no link is bound to this register; check the sticker first",
            )
        });
    };
    let link_id = read(scanned)?;
    match owner(inner, name, &link_id, &draft.request) {
        LinkOwner::ThisRegister => Ok(link_id),
        LinkOwner::Nobody => Err(TurnedAway::new(
            Code::LinkUnbound,
            "the link is not bound to this register",
        )),
        LinkOwner::OtherRegister { terminal } => Err(TurnedAway::new(
            Code::LinkForeign,
            format!("the link is bound to register {terminal}"),
        )),
    }
}

/// To whom our settings give a link.
pub fn owner(inner: &Inner, name: &ModuleName, link_id: &str, request: &Request) -> LinkOwner {
    match inner.modules.link_owner(name, link_id) {
        None => LinkOwner::Nobody,
        Some(terminal) if terminal == request.terminal => LinkOwner::ThisRegister,
        Some(terminal) => LinkOwner::OtherRegister { terminal },
    }
}

/// A terminal number that another register has is turned away before the bank is asked. The commit of the binding
/// looks once more.
pub fn number_is_free(inner: &Inner, name: &ModuleName, request: &Request) -> Result<(), TurnedAway> {
    let Order::LinkBind(Link {
        terminal_number: Some(number),
        ..
    }) = &request.order
    else {
        return Ok(());
    };
    if !inner.modules.asks_terminal_number(name) {
        return Ok(());
    }
    match inner.modules.terminal_number_owner(name, number) {
        Some(terminal) if terminal != request.terminal => Err(TurnedAway::new(
            Code::TerminalNumberTaken,
            format!("the terminal number belongs to register {terminal}"),
        )),
        _ => Ok(()),
    }
}

/// The id in a scanned link, after its form and checksum were looked at.
pub fn read(scanned: &str) -> Result<String, TurnedAway> {
    nspk::PaymentLink::parse(scanned)
        .map(|link| link.qrc_id().to_owned())
        .map_err(|error| TurnedAway::new(Code::NotALink, error.to_string()))
}
