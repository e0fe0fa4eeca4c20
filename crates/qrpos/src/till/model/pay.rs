//! A payment begins, waits, is confirmed or cancelled.

use super::tender::key;
use super::{
    Cancel, Command, Key, Next, Question, Reads, Screen, Shown, Till, Tone, Waiting, message, title,
};
use crate::till::journal::{Begun, Entry, Kind};
use crate::till::wording::{same, say, with};
use domain::receipt::{Item, Receipt};
use domain::{CallerId, Kopecks, State};
use register::{Pay, PaymentId, Refund};
use texts::words::till;

impl Till {
    pub(super) fn take_payment(&mut self, tender: usize, amount: Kopecks, code: Option<String>) -> Screen {
        let Some(tender) = self.setup.tenders.get(tender).cloned() else {
            return Screen::Tenders;
        };
        self.open_receipt();
        let number = self.receipt_number().to_string();
        let id = self.fresh.clone();
        let mut pay = Pay::new(amount);
        pay.id = id.clone();
        pay.purpose = Some(format!("Чек {number}"));
        pay.tender.clone_from(&tender.system);
        pay.subscriber.clone_from(&self.buyer);
        match tender.reads {
            Reads::Card => pay.card_token = code,
            Reads::Code | Reads::CodeOrNothing | Reads::Nothing => pay.customer_code = code,
        }
        pay.receipt = Some(Receipt {
            number: Some(number.clone()),
            shift: Some(self.book.shift),
            cashier: None,
            items: self.draft.iter().map(item).collect(),
        });
        let begun = Begun {
            id: id.clone(),
            at: self.now,
            kind: Kind::Payment,
            module: tender.module.clone(),
            tender: tender.key(),
            amount,
            receipt: number,
            wait_ms: self.setup.wait_ms,
        };
        let waiting = self.begin(begun, tender.has_sticker);
        self.out.push(Command::Pay(tender.module, Box::new(pay)));
        waiting
    }

    pub(super) fn give_back(
        &mut self,
        receipt: String,
        payment: protocol::ReceiptPayment,
        amount: Kopecks,
    ) -> Screen {
        let id = self.fresh.clone();
        let refund = Refund {
            id: id.clone(),
            amount: (amount != payment.left).then_some(amount),
            ..Refund::new(PaymentId::Operation(payment.operation_id))
        };
        let tender = key(&payment.module, payment.tender.as_deref());
        let begun = Begun {
            id,
            at: self.now,
            kind: Kind::Refund,
            module: payment.module.clone(),
            tender,
            amount,
            receipt,
            wait_ms: self.setup.wait_ms,
        };
        let waiting = self.begin(begun, false);
        self.out.push(Command::Refund(payment.module, refund));
        waiting
    }

    /// Writes the id down, and waits.
    fn begin(&mut self, begun: Begun, has_sticker: bool) -> Screen {
        let waiting = Waiting {
            id: begun.id.clone(),
            kind: begun.kind,
            title: title(&begun.tender),
            amount: begun.amount,
            has_sticker,
            since: self.now,
            reply: None,
            until: None,
            cancel: Cancel::No,
            is_confirmed: false,
            hint: None,
            shown: None,
        };
        self.live.insert(begun.id.clone());
        self.note(Entry::Begun(begun));
        Screen::Waiting(Box::new(waiting))
    }

    pub(super) fn waiting_key(&mut self, key: Key, mut waiting: Box<Waiting>) -> Screen {
        let state = waiting.reply.as_ref().and_then(|reply| reply.state);
        match key {
            Key::Esc if waiting.kind == Kind::Payment && !waiting.is_cancelled() => {
                waiting.cancel = Cancel::Sent;
                waiting.hint = None;
                self.cancel(&waiting.id);
            }
            Key::Esc => return Self::leave_waiting(&waiting),
            Key::Enter if state == Some(State::AwaitingConfirmation) && !waiting.is_confirmed => {
                if waiting.is_cancelled() {
                    return Screen::Waiting(waiting);
                }
                waiting.is_confirmed = true;
                waiting.hint = None;
                let module = self.module_of(&waiting.id);
                if let Some(module) = module {
                    self.out.push(Command::Confirm(module, waiting.id.clone(), None));
                }
            }
            Key::Enter | Key::F(5) => {
                waiting.hint = Some(say(till::ASKING));
                self.ask(&waiting.id);
            }
            _ => {}
        }
        Screen::Waiting(waiting)
    }

    fn module_of(&self, id: &CallerId) -> Option<domain::ModuleName> {
        self.book.open(id).map(|begun| begun.module.clone())
    }

    pub(super) fn cancel(&mut self, id: &CallerId) {
        if let Some(module) = self.module_of(id) {
            self.out.push(Command::Cancel(module, id.clone()));
        }
    }

    pub(super) fn ask(&mut self, id: &CallerId) {
        if let Some(module) = self.module_of(id) {
            let standing = self.standings.entry(id.clone()).or_default();
            if standing.is_asking {
                return;
            }
            standing.asked_at = Some(self.now);
            standing.is_asking = true;
            self.out.push(Command::Status(module, id.clone()));
        }
    }

    /// The cashier goes; the payment does not.
    fn leave_waiting(waiting: &Waiting) -> Screen {
        let word = match waiting.kind {
            Kind::Payment => till::LEFT_PAYMENT,
            Kind::Refund => till::LEFT_REFUND,
        };
        let lines = vec![
            say(word),
            with(till::ITS_ID, "id", &same(&waiting.id)),
            say(till::IT_IS_ASKED),
        ];
        message(Tone::Bad, say(till::OUTCOME_UNKNOWN), lines, Next::Unresolved)
    }

    pub(super) fn shown(&mut self, id: &CallerId, shown: Shown) {
        if let Some(waiting) = self.front(id) {
            waiting.shown = Some(shown);
        }
    }

    /// The waiting screen, when it is this payment's.
    pub(super) fn front(&mut self, id: &CallerId) -> Option<&mut Waiting> {
        match &mut self.screen {
            Screen::Waiting(waiting) if waiting.id == *id => Some(waiting),
            _ => None,
        }
    }

    /// What a further word of the cashier's is about.
    pub(super) fn hint(&mut self, id: &CallerId, question: Question, text: texts::Text) {
        if let Some(waiting) = self.front(id) {
            waiting.hint = Some(text.clone());
        }
        let standing = self.standings.entry(id.clone()).or_default();
        if question == Question::Status {
            standing.is_asking = false;
        }
        standing.told = Some(text);
    }
}

fn item(line: &crate::till::journal::Line) -> Item {
    Item {
        name: line.name.clone(),
        code: line.code.clone(),
        quantity: line.quantity.to_string(),
        price: line.price,
        sum: line.sum,
    }
}
