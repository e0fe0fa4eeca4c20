//! A sale: the QR, the countdown, Ctrl-C.

use super::connect::Till;
use super::exit::Exit;
use super::interrupt::Interrupts;
use super::screen::Screen;
use domain::{CallerId, Code};
use protocol::Reply;
use register::outputs::Outputs;
use register::{Pay, PaymentId, Register, RegisterError};
use std::time::Duration;
use texts::shown_nowhere_text;
use texts::words::cli;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Takes a payment to its end. The first Ctrl-C cancels it and waits, the second leaves. However it ends, its code does not
/// stay anywhere.
pub(super) async fn run(till: &Till, pay: Pay, screen: &mut Screen) -> Result<Exit, RegisterError> {
    let Some(outputs) = &till.outputs else {
        return take(till, pay, screen).await;
    };
    screen.leave_drawing();
    let ended = take(till, pay, screen).await;
    for warning in outputs.leave().await.unwrap_or_default().warnings {
        screen.trouble_text(&warning.text);
    }
    ended
}

async fn take(till: &Till, pay: Pay, screen: &mut Screen) -> Result<Exit, RegisterError> {
    let Till {
        register, outputs, ..
    } = till;
    let mut interrupts = Interrupts::new();
    let id = pay.id.clone();
    screen.request(&id);
    let mut replies = register.pay(pay).await;
    let mut last: Option<Reply> = None;
    let mut dies_at: Option<Instant> = None;
    let mut cancel = Cancelling::new(register.clone(), id.clone());
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            reply = replies.next() => {
                let Some(reply) = reply else { break };
                let reply = reply?;
                screen.reply(&reply);
                if let Some(outputs) = outputs && is_nowhere(outputs, &reply, screen).await && !cancel.started {
                    screen.trouble_text(&shown_nowhere_text());
                    cancel.start();
                }
                dies_at = reply.qr.as_ref().map(|qr| Instant::now() + Duration::from_millis(qr.expires_in_ms));
                cancel.again_if_it_was_too_early(&reply);
                last = Some(reply);
            }
            told = cancel.told() => {
                if let Err(error) = told {
                    screen.trouble(&error.to_string());
                }
            }
            _ = second.tick() => {
                if let Some(dies_at) = dies_at {
                    screen.tick(dies_at.saturating_duration_since(Instant::now()));
                }
            }
            () = interrupts.next() => {
                if cancel.started {
                    screen.say(cli::LEFT);
                    screen.line(&format!("qrpos status {id}"));
                    return Ok(Exit::Unknown);
                }
                screen.say(cli::CANCELLING);
                cancel.start();
                dies_at = None;
            }
        }
    }
    Ok(last.map_or(Exit::Unknown, |reply| Exit::of_reply(&reply)))
}

/// Lets the places follow a reply and tells what they warn of. Whether its code is to be seen nowhere.
async fn is_nowhere(outputs: &Outputs, reply: &Reply, screen: &mut Screen) -> bool {
    let Some(report) = outputs.follow(reply).await else {
        return false;
    };
    for warning in &report.warnings {
        screen.trouble_text(&warning.text);
    }
    reply.code().is_some() && report.is_nowhere()
}

/// The cancel of a running sale. Its own replies are not shown: the sale's stream tells the same.
struct Cancelling {
    register: Register,
    payment: CallerId,
    started: bool,
    came_too_early: bool,
    told: mpsc::Receiver<Result<Reply, RegisterError>>,
    tell: mpsc::Sender<Result<Reply, RegisterError>>,
}

impl Cancelling {
    fn new(register: Register, payment: CallerId) -> Self {
        let (tell, told) = mpsc::channel(1);
        Self {
            register,
            payment,
            started: false,
            came_too_early: false,
            told,
            tell,
        }
    }

    fn start(&mut self) {
        self.started = true;
        self.came_too_early = false;
        let (register, tell) = (self.register.clone(), self.tell.clone());
        let payment = PaymentId::Caller(self.payment.clone());
        tokio::spawn(async move {
            let outcome = register.cancel(payment).await.last().await;
            // The sale may have ended meanwhile.
            let _ = tell.send(outcome).await;
        });
    }

    /// What became of the cancel itself.
    async fn told(&mut self) -> Result<(), RegisterError> {
        let Some(outcome) = self.told.recv().await else {
            return Ok(());
        };
        let code = outcome?.error.map(|failure| failure.code);
        self.came_too_early = code == Some(Code::UnknownPayment);
        Ok(())
    }

    /// The cancel overtook the payment, and now the payment is there after all.
    fn again_if_it_was_too_early(&mut self, reply: &Reply) {
        if self.came_too_early && !reply.is_final && reply.state.is_some() {
            self.start();
        }
    }
}
