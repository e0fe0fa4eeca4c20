//! A bank on a ledger: the wire format is the bank's, all the rest is here.

use crate::books::Books;
use crate::faults::{CallbackRule, Fault, When};
use crate::ledger::{CodeOutcome, Ledger, Sale};
use crate::money::Kopecks;
use crate::payer::{PayerAction, PayerError, PayerView};
use crate::provider::{About, Card, Lack, Notification, Provider, Step, rule};
use crate::wire::{Answer, Reply, Request};

/// The wire format of a bank whose books are a [`Ledger`]. Whoever implements it is a [`Provider`].
pub trait Teller: Send + 'static {
    /// What it is.
    const ABOUT: &'static About;
    /// The JSON fields or XML elements of its answers that hold status words.
    const STATUS_WORDS: &'static [&'static str];

    /// Its books.
    fn ledger(&mut self) -> &mut Ledger;

    /// What a request is for, by method, path, and where the bank's calls differ only there, body. None: the bank has
    /// no such address.
    fn step(&self, request: &Request) -> Option<Step>;

    /// Checks who is asking, does what is asked, prints the answer. The ledger has been brought up to `now`.
    fn answer(&mut self, step: Step, request: &Request, now: i64) -> Answer;

    /// The answer at an address that the bank does not have.
    fn no_such_address(&self) -> Answer {
        Answer::new(404, "text/html", "<html><body>404 Not Found</body></html>")
    }

    /// The last touch on an answer, spoiled ones included: a signature over the bytes that go out.
    fn seal(&self, answer: &mut Answer) {
        let _ = answer;
    }

    /// Body and signature of the notification about an attempt that has ended. None: the bank sends none of it.
    fn notification(&mut self, sale: &Sale, now: i64) -> Option<(String, String)> {
        let _ = (sale, now);
        None
    }

    /// A sticker that is the shop's already.
    fn own_sticker(&mut self) -> Option<String> {
        None
    }

    /// The text of a new customer's code, in the bank's form.
    fn code_text(&mut self, now: i64) -> Option<String> {
        let _ = now;
        None
    }

    /// The cards that a payer may show.
    fn cards(&mut self, now: i64) -> Vec<Card> {
        let _ = now;
        Vec::new()
    }

    /// Takes back every token that it has given out. False: it gives none.
    fn forget_tokens(&mut self) -> bool {
        false
    }
}

fn lacks<T: Teller>(lack: Lack) -> bool {
    T::ABOUT.lacks.contains(&lack)
}

/// Queues notifications about the attempts that have ended.
fn notify(teller: &mut impl Teller, now: i64) {
    for sale in teller.ledger().take_finished() {
        if let Some((body, signature)) = teller.notification(&sale, now) {
            teller.ledger().notify(&body, signature, now);
        }
    }
}

impl<T: Teller> Provider for T {
    fn about(&self) -> &'static About {
        T::ABOUT
    }

    fn handle(&mut self, request: &Request, now: i64) -> Reply {
        self.ledger().tick(now);
        let Some(step) = self.step(request) else {
            return Reply::Answer(self.no_such_address());
        };
        let drawn = self.ledger().called(step);
        if let Some(reply) = drawn.instead_of_acting() {
            return reply;
        }
        let answer = self.answer(step, request, now);
        notify(self, now);
        match drawn.spoil(answer, T::STATUS_WORDS) {
            Reply::Answer(mut answer) => {
                self.seal(&mut answer);
                Reply::Answer(answer)
            }
            dropped @ Reply::Dropped { .. } => dropped,
        }
    }

    fn payer(
        &mut self,
        shown: &str,
        action: PayerAction,
        _amount: Option<Kopecks>,
        now: i64,
    ) -> Result<PayerView, PayerError> {
        if action == PayerAction::Decline && lacks::<T>(Lack::PayerDecline) {
            return Err(PayerError::Never);
        }
        let view = self.ledger().pay(shown, action, now)?;
        notify(self, now);
        Ok(view)
    }

    fn look(&mut self, shown: &str, now: i64) -> Result<PayerView, PayerError> {
        self.ledger().look(shown, now)
    }

    fn payable(&mut self, limit: usize, now: i64) -> Vec<(String, PayerView)> {
        self.ledger().payable(limit, now)
    }

    fn receipt(&mut self, shown: &str, transaction: u64, now: i64) -> Option<PayerView> {
        self.ledger().receipt(shown, transaction, now)
    }

    fn late_money(&mut self, order: &str, now: i64) -> Result<(), PayerError> {
        if lacks::<T>(Lack::LateMoney) {
            return Err(PayerError::Never);
        }
        self.ledger().pay_late(order, now)?;
        notify(self, now);
        Ok(())
    }

    fn decline_next_refund(&mut self) -> Result<(), PayerError> {
        if lacks::<T>(Lack::RefundDecline) {
            return Err(PayerError::Never);
        }
        self.ledger().decline_next_refund();
        Ok(())
    }

    fn plan(&mut self, step: Option<Step>, fault: Fault, when: When) {
        self.ledger().plan(rule(step, fault, when));
    }

    fn plan_notification(&mut self, rule: CallbackRule) {
        self.ledger().plan_notification(rule);
    }

    fn clear_plans(&mut self) {
        self.ledger().clear_plans();
    }

    fn calls_of(&mut self, step: Step) -> u64 {
        self.ledger().calls_of(step)
    }

    fn books(&mut self, now: i64) -> Books {
        self.ledger().books(now)
    }

    fn notifications(&mut self, now: i64) -> Vec<Notification> {
        self.ledger().take_notifications(now)
    }

    fn notification_accepted(&mut self, id: u64) {
        self.ledger().notification_accepted(id);
    }

    fn blank_sticker(&mut self) -> Option<String> {
        T::ABOUT.stickers.then(|| self.ledger().print_sticker())
    }

    fn own_sticker(&mut self) -> Option<String> {
        Teller::own_sticker(self)
    }

    fn customer_code(&mut self, outcome: CodeOutcome, now: i64) -> Option<String> {
        let text = self.code_text(now)?;
        self.ledger().add_code(&text, outcome, now);
        Some(text)
    }

    fn cards(&mut self, now: i64) -> Vec<Card> {
        Teller::cards(self, now)
    }

    fn forget_tokens(&mut self) -> bool {
        Teller::forget_tokens(self)
    }
}
