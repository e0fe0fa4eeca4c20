//! Those who carry the till's commands out and tell what came of them.

use crate::till::model::{Asked, Command, Event, Question, Shown};
use domain::{CallerId, ModuleName};
use protocol::Reply;
use register::outputs::{Outputs, Withdrawal};
use register::{Pay, PaymentId, Refund, Register, RegisterError, ReplyStream};
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Connections to the daemon, and the buyer's devices.
pub struct Agents {
    /// For what is not among the others: a refund of another register's payment.
    pub usual: Register,
    /// By module.
    pub registers: HashMap<ModuleName, Register>,
    /// For stickers, by module.
    pub links: HashMap<ModuleName, Register>,
    /// Where codes are shown besides the till's screen.
    pub outputs: Option<Outputs>,
    /// Where news go.
    pub events: mpsc::Sender<Event>,
    /// Questions that the cashier may stop.
    pub questions: HashMap<u64, JoinHandle<()>>,
}

impl Agents {
    /// Begins what a command asks for. Writing and quitting are not its business.
    pub fn begin(&mut self, command: Command) {
        match command {
            Command::Write(_) | Command::Quit => {}
            Command::Pay(module, pay) => {
                let (register, outputs, events) =
                    (self.register(&module), self.outputs.clone(), self.events.clone());
                tokio::spawn(take(register, *pay, outputs, events));
            }
            Command::Refund(module, refund) => {
                let (register, events) = (self.register(&module), self.events.clone());
                tokio::spawn(give_back(register, refund, events));
            }
            Command::Cancel(module, id) => {
                self.question(&module, id, Question::Cancel, |register, id| async move {
                    register.cancel(id).await.last().await
                });
            }
            Command::Confirm(module, id, amount) => {
                self.question(&module, id, Question::Confirm, move |register, id| async move {
                    register.confirm(id, amount).await.last().await
                });
            }
            Command::Status(module, id) => {
                self.question(&module, id, Question::Status, |register, id| async move {
                    register.status(id).await
                });
            }
            Command::Find(ask, number, shift) => {
                let register = self.usual.clone();
                self.stoppable(ask, Asked::Find(ask), async move {
                    register.receipt_find(&number, shift).await
                });
            }
            Command::LinkCheck(ask, module, scanned) => {
                let register = self.link_register(&module);
                let answer = async move { register.link_check(&scanned).await.last().await };
                self.stoppable(ask, Asked::Link(ask), answer);
            }
            Command::LinkBind(ask, module, scanned, number) => {
                let register = self.link_register(&module);
                let answer =
                    async move { register.link_bind(&scanned, number.as_deref()).await.last().await };
                self.stoppable(ask, Asked::Link(ask), answer);
            }
            Command::Stop(ask) => {
                if let Some(task) = self.questions.remove(&ask) {
                    task.abort();
                }
            }
        }
    }

    fn register(&self, module: &ModuleName) -> Register {
        let known = self.registers.get(module).cloned();
        known.unwrap_or_else(|| self.usual.clone().with_module(module.clone()))
    }

    fn link_register(&self, module: &ModuleName) -> Register {
        self.links
            .get(module)
            .cloned()
            .unwrap_or_else(|| self.register(module))
    }

    fn question<F, A>(&self, module: &ModuleName, id: CallerId, question: Question, ask: F)
    where
        F: FnOnce(Register, PaymentId) -> A,
        A: Future<Output = Result<Reply, RegisterError>> + Send + 'static,
    {
        let answer = ask(self.register(module), PaymentId::Caller(id.clone()));
        let events = self.events.clone();
        tokio::spawn(async move { tell(&events, Asked::Money(id, question), answer.await).await });
    }

    fn stoppable<A>(&mut self, ask: u64, asked: Asked, answer: A)
    where
        A: Future<Output = Result<Reply, RegisterError>> + Send + 'static,
    {
        let events = self.events.clone();
        self.questions.retain(|_, task| !task.is_finished());
        let task = tokio::spawn(async move { tell(&events, asked, answer.await).await });
        self.questions.insert(ask, task);
    }
}

async fn tell(events: &mpsc::Sender<Event>, asked: Asked, answer: Result<Reply, RegisterError>) {
    let event = match answer {
        Ok(reply) => Event::Reply(asked, Box::new(reply)),
        Err(error) => Event::Failed(asked, error),
    };
    // The till may have been left.
    let _ = events.send(event).await;
}

/// Takes a payment to its end and has its code shown and withdrawn.
async fn take(register: Register, pay: Pay, outputs: Option<Outputs>, events: mpsc::Sender<Event>) {
    let id = pay.id.clone();
    let mut replies = register.pay(pay).await;
    while let Some(reply) = replies.next().await {
        let seen = reply.as_ref().ok().cloned();
        tell(&events, Asked::Money(id.clone(), Question::Pay), reply).await;
        let Some(outputs) = &outputs else { continue };
        match seen {
            Some(reply) => show(outputs, &id, &reply, &events).await,
            None => {
                outputs.withdraw(Withdrawal::Unknown).await;
            }
        }
    }
}

async fn show(outputs: &Outputs, id: &CallerId, reply: &Reply, events: &mpsc::Sender<Event>) {
    let Some(report) = outputs.follow(reply).await else {
        return;
    };
    if reply.code().is_none() {
        return;
    }
    let shown = Shown {
        places: report.done,
        warnings: report.warnings.into_iter().map(|warning| warning.text).collect(),
    };
    let _ = events.send(Event::Shown(id.clone(), shown)).await;
}

async fn give_back(register: Register, refund: Refund, events: mpsc::Sender<Event>) {
    let id = refund.id.clone();
    let mut replies: ReplyStream = register.refund(refund).await;
    while let Some(reply) = replies.next().await {
        tell(&events, Asked::Money(id.clone(), Question::Refund), reply).await;
    }
}
