//! The pin-pad for scripts: `qrpos pinpad …`. It speaks to the terminal beside the register, not to the daemon.

mod args;

pub(super) use args::PinpadArgs;

use super::exit::Exit;
use super::interrupt::Interrupts;
use super::screen::Screen;
use super::settings::{self, environment};
use anyhow::Context;
use args::{Back, Command, Verdict};
use domain::Clock;
use pinpad::{
    Decision, Done, Health, Known, Op, Original, Outcome, Pinpad, PinpadError, Report, Resolution, Settings,
    Slip, SystemClock, Tender, Told, UsedTender, WayBack,
};
use register::ukm::Severity;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use texts::words::pinpad as words;
use texts::{Text, Word};

/// Does what the arguments ask and tells how it ended.
pub(super) async fn run(args: PinpadArgs, screen: &mut Screen) -> Exit {
    let read = known(args.tree.as_deref(), screen)
        .and_then(|known| Ok(Settings::load_over(&args.settings, &known, &environment())?));
    let settings = match read {
        Ok(settings) => settings,
        Err(error) => {
            screen.trouble(&error.to_string());
            return Exit::Usage;
        }
    };
    let opened = Pinpad::open(settings, Arc::new(SystemClock));
    let ended = match opened {
        Ok(pinpad) => serve(&pinpad, args.command, screen).await,
        Err(error) => Err(error),
    };
    ended.unwrap_or_else(|error| {
        screen.trouble_text(&error.text());
        exit_of_error(&error)
    })
}

/// What the register's tree says of the pin-pad.
fn known(tree: Option<&Path>, screen: &mut Screen) -> anyhow::Result<Known> {
    let Some(tree) = tree else {
        return Ok(Known::default());
    };
    let checked = settings::read(tree);
    if checked.count(Severity::Error) > 0 {
        screen.trouble(&settings::faulty(&checked, screen.lang()));
    }
    let pinpad = checked.settings.pinpad.with_context(|| {
        format!(
            "{} has no active InPAS pin-pad: see qrpos check-settings",
            tree.display()
        )
    })?;
    Ok(Known {
        terminal: pinpad.terminal_id,
        currency: pinpad.currency.as_deref().map(str::parse).transpose()?,
        timeout_s: pinpad.timeout_s.map(u32::try_from).transpose()?,
        qr_sbp: Some(pinpad.qr_sbp),
    })
}

async fn serve(pinpad: &Pinpad, command: Command, screen: &mut Screen) -> Result<Exit, PinpadError> {
    match command {
        Command::Test => test(pinpad, screen).await,
        Command::Sale { amount, qr } => {
            let tender = if qr { Tender::Qr } else { Tender::Card };
            waited(pinpad, pinpad.sale(amount, tender), screen).await
        }
        Command::Void(back) => give_back(pinpad, back, Some(WayBack::Void), screen).await,
        Command::Refund(back) => give_back(pinpad, back, Some(WayBack::Refund), screen).await,
        Command::GiveBack(back) => give_back(pinpad, back, None, screen).await,
        Command::EmergencyCancel => waited(pinpad, pinpad.emergency_cancel(), screen).await,
        Command::Settle => Ok(told(&pinpad.settle().await?, screen)),
        Command::Report { full } => {
            let report = if full { Report::Full } else { Report::Short };
            Ok(told(&pinpad.report(report).await?, screen))
        }
        Command::Copy { by_number: true } => Ok(told(&pinpad.receipt_by_number().await?, screen)),
        Command::Copy { by_number: false } => Ok(told(&pinpad.last_receipt().await?, screen)),
        Command::QrStatus { rrn, refund } => {
            let op = if refund {
                Op::SbpRefundStatus
            } else {
                Op::SbpSaleStatus
            };
            let original = pinpad.original(&rrn).unwrap_or_else(|| Original {
                tender: UsedTender::Qr,
                ..typed(rrn, domain::Kopecks::ZERO)
            });
            Ok(told(&pinpad.qr_status(op, &original).await?, screen))
        }
        Command::Open => Ok(open(pinpad, screen)),
        Command::Resolve(verdict) => resolve(pinpad, verdict, screen).await,
    }
}

/// The service first, then the terminal and whether it is the one of the settings.
async fn test(pinpad: &Pinpad, screen: &mut Screen) -> Result<Exit, PinpadError> {
    let health = pinpad.health().await;
    screen.told(&health, &health.text(&pinpad.settings().url), &[]);
    match health {
        Health::Works => {}
        Health::Other => return Ok(Exit::Usage),
        Health::Away { .. } => return Ok(Exit::Unreachable),
    }
    let test = pinpad.test().await?;
    let exit = told(&test, screen);
    let found = match &test.outcome {
        Outcome::Approved(approval) => approval.terminal.clone(),
        _ => None,
    };
    let expected = &pinpad.settings().terminal;
    if let Some(found) = found.filter(|found| found != expected) {
        screen.trouble_text(&Text::new(
            texts::Lang::Ru.fill(
                words::OTHER_TERMINAL,
                &[("found", &found), ("expected", expected)],
            ),
            texts::Lang::En.fill(
                words::OTHER_TERMINAL,
                &[("found", &found), ("expected", expected)],
            ),
        ));
        return Ok(Exit::Usage);
    }
    Ok(exit)
}

async fn give_back(
    pinpad: &Pinpad,
    back: Back,
    way: Option<WayBack>,
    screen: &mut Screen,
) -> Result<Exit, PinpadError> {
    let known = pinpad.original(&back.rrn);
    if known.is_none() && way.is_none() {
        screen.say(words::NOT_REMEMBERED);
        return Ok(Exit::Usage);
    }
    let mut original = known.unwrap_or_else(|| typed(back.rrn, back.paid.unwrap_or(back.amount)));
    if back.qr {
        original.tender = UsedTender::Qr;
    }
    original.auth_code = back.auth_code.or(original.auth_code);
    original.terminal_time = back.terminal_time.or(original.terminal_time);
    let way = match way {
        Some(_) if original.tender == UsedTender::Qr => WayBack::SbpRefund,
        Some(way) => way,
        None => pinpad.way_back(&original),
    };
    waited(pinpad, pinpad.give_back_by(way, original, back.amount), screen).await
}

/// A payment of which only the arguments tell.
fn typed(rrn: String, paid: domain::Kopecks) -> Original {
    Original {
        amount: paid,
        at: SystemClock.now(),
        rrn: Some(rrn),
        auth_code: None,
        terminal_time: None,
        tender: UsedTender::NotSaid,
    }
}

/// Shows what the pin-pad does until the operation ends. Ctrl-C cannot cancel it: the service has no such call. The
/// first one says so, the second leaves.
async fn waited(
    pinpad: &Pinpad,
    operation: impl Future<Output = Result<Done, PinpadError>>,
    screen: &mut Screen,
) -> Result<Exit, PinpadError> {
    let mut interrupts = Interrupts::new();
    let mut stage = pinpad.stage();
    let mut operation = pin!(operation);
    let mut pressed = false;
    loop {
        tokio::select! {
            done = &mut operation => {
                let done = done?;
                screen.told(&done, &done.text(), slips(&done.outcome));
                return Ok(exit_of(&done.outcome));
            }
            changed = stage.changed() => {
                let shown = *stage.borrow_and_update();
                if let Some(text) = shown.text().filter(|_| changed.is_ok()) {
                    screen.note(&text);
                }
            }
            () = interrupts.next() => {
                if pressed {
                    screen.say(words::UNKNOWN);
                    screen.line("qrpos pinpad resolve");
                    return Ok(Exit::Unknown);
                }
                pressed = true;
                screen.say(words::CANCEL_AT_TERMINAL);
            }
        }
    }
}

fn told(told: &Told, screen: &mut Screen) -> Exit {
    screen.told(told, &told.text(), slips(&told.outcome));
    exit_of(&told.outcome)
}

fn slips(outcome: &Outcome) -> &[Slip] {
    match outcome {
        Outcome::Approved(approval) => &approval.slips,
        Outcome::Declined(decline) => &decline.slips,
        Outcome::Unknown { .. } => &[],
    }
}

/// The operation whose outcome is not known.
fn open(pinpad: &Pinpad, screen: &mut Screen) -> Exit {
    match pinpad.open_operation() {
        Some(intent) => {
            let text = PinpadError::Open(Box::new(intent.clone())).text();
            screen.told(&intent, &text, &[]);
            Exit::Unknown
        }
        None => nothing_open(screen),
    }
}

fn nothing_open(screen: &mut Screen) -> Exit {
    screen.say(words::NOTHING_OPEN);
    Exit::Done
}

async fn resolve(pinpad: &Pinpad, verdict: Verdict, screen: &mut Screen) -> Result<Exit, PinpadError> {
    if pinpad.open_operation().is_none() {
        return Ok(nothing_open(screen));
    }
    let by = verdict.by.unwrap_or_default();
    let mut decided = async |decision, word: Word, exit| {
        let intent = pinpad.decide(decision, &by).await?;
        screen.told(&intent, &Text::new(word.ru, word.en), &[]);
        Ok(exit)
    };
    if verdict.done {
        return decided(Decision::Approved, words::DECIDED_DONE, Exit::Done).await;
    }
    if verdict.not_done {
        return decided(Decision::NotDone, words::DECIDED_NOT_DONE, Exit::NotPaid).await;
    }
    let resolution = pinpad.resolve().await?;
    let (slips, exit) = match &resolution {
        Resolution::Approved { approval, .. } => (approval.slips.as_slice(), Exit::Done),
        Resolution::AskPerson { copy, .. } => (copy.as_slice(), Exit::Unknown),
    };
    screen.told(&resolution, &resolution.text(), slips);
    Ok(exit)
}

const fn exit_of(outcome: &Outcome) -> Exit {
    match outcome {
        Outcome::Approved(_) => Exit::Done,
        Outcome::Declined(_) => Exit::NotPaid,
        Outcome::Unknown { .. } => Exit::Unknown,
    }
}

const fn exit_of_error(error: &PinpadError) -> Exit {
    match error {
        PinpadError::Open(_) | PinpadError::BrokeOff => Exit::Unknown,
        PinpadError::NotSent { .. } => Exit::Unreachable,
        PinpadError::MoreThanPaid { .. } | PinpadError::Busy => Exit::NotPaid,
        PinpadError::NotConfigured { .. }
        | PinpadError::QrOff
        | PinpadError::FieldMissing { .. }
        | PinpadError::FieldRefused { .. }
        | PinpadError::NoAmount
        | PinpadError::NothingOpen
        | PinpadError::Client(_)
        | PinpadError::Journal(_) => Exit::Usage,
    }
}
