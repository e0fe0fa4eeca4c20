//! One request from its first byte to its final reply, whatever breaks on the way.

use crate::door::{Door, DoorError, Line};
use crate::order::{Envelope, Sender};
use crate::{Patience, RegisterError, ReplyStream};
use domain::{Code, State};
use protocol::Reply;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Replies that wait to be taken by the register; a payment has about five.
const REPLIES_MAX: usize = 16;

/// A running request.
pub(crate) struct Conversation {
    door: Arc<dyn Door>,
    sender: Sender,
    envelope: Envelope,
    patience: Patience,
    out: mpsc::Sender<Result<Reply, RegisterError>>,
    /// Whether the daemon may have the message. Never goes back.
    maybe_sent: bool,
    last: Option<Reply>,
    trouble: String,
}

/// What a status question told.
enum Standing {
    /// Ended; the register has been told.
    Final,
    /// Under way.
    Open,
    /// The daemon has never heard of it.
    NeverArrived,
}

impl Conversation {
    /// Starts it in the background.
    pub(crate) fn start(
        door: Arc<dyn Door>,
        sender: Sender,
        envelope: Envelope,
        patience: Patience,
    ) -> ReplyStream {
        let (out, replies) = mpsc::channel(REPLIES_MAX);
        let id = envelope.id.clone();
        let conversation = Self {
            door,
            sender,
            envelope,
            patience,
            out,
            maybe_sent: false,
            last: None,
            trouble: String::new(),
        };
        ReplyStream::new(id, replies, tokio::spawn(conversation.run()))
    }

    async fn run(mut self) {
        let deadline = Instant::now() + self.patience.total;
        let outcome = match timeout_at(deadline, self.until_final()).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => self.time_is_over().await,
        };
        if let Err(error) = outcome {
            // The register may have stopped listening.
            let _ = self.out.send(Err(error)).await;
        }
    }

    /// Sends the message, and again the same message after each break, until the final reply.
    async fn until_final(&mut self) -> Result<(), RegisterError> {
        let mut unreached = 0;
        loop {
            match self.exchange().await {
                Ok(()) => return Ok(()),
                Err(DoorError::NotTheDaemon(reason)) if !self.maybe_sent => {
                    return Err(self.not_sent(reason));
                }
                Err(DoorError::NotSent(reason)) if !self.maybe_sent => {
                    unreached += 1;
                    if unreached >= self.patience.attempts {
                        return Err(self.not_sent(reason));
                    }
                    self.trouble = reason;
                }
                Err(DoorError::NotSent(reason)) => self.trouble = reason,
                Err(DoorError::NotTheDaemon(reason) | DoorError::Broken(reason)) => {
                    self.maybe_sent = true;
                    self.trouble = reason;
                }
            }
            tracing::debug!(id = %self.envelope.id, trouble = %self.trouble, "no final reply yet");
            sleep(self.patience.pause).await;
            while self.maybe_sent {
                match self.ask_status().await {
                    Ok(Standing::Final) => return Ok(()),
                    Ok(Standing::Open | Standing::NeverArrived) => break,
                    Err(reason) => self.trouble = reason,
                }
                sleep(self.patience.pause).await;
            }
        }
    }

    /// Sends the message once and passes on its replies.
    async fn exchange(&mut self) -> Result<(), DoorError> {
        // Set before the first byte: this future may be dropped at any await when the total time is over.
        let was_maybe_sent = std::mem::replace(&mut self.maybe_sent, true);
        let opened = timeout(self.patience.answer, self.door.open(&self.envelope))
            .await
            .unwrap_or_else(|_| Err(DoorError::Broken(no_answer_within(&self.patience))));
        let mut line = match opened {
            Ok(line) => line,
            Err(error) => {
                self.maybe_sent = was_maybe_sent || matches!(error, DoorError::Broken(_));
                return Err(error);
            }
        };
        let first = timeout(self.patience.answer, line.next())
            .await
            .unwrap_or_else(|_| Err(DoorError::Broken(no_answer_within(&self.patience))))?;
        if is_undecided(&first) || was_maybe_sent && says_nothing_of_the_request(&first) {
            return Err(DoorError::Broken(first.message.en));
        }
        if self.pass_on(first).await {
            return Ok(());
        }
        self.listen(&mut *line).await
    }

    /// Passes on what comes after the first reply. When it is quiet for too long, the status is asked.
    async fn listen(&mut self, line: &mut dyn Line) -> Result<(), DoorError> {
        loop {
            let Ok(reply) = timeout(self.patience.silence, line.next()).await else {
                match self.ask_status().await {
                    Ok(Standing::Final) => return Ok(()),
                    Ok(Standing::Open) => continue,
                    Ok(Standing::NeverArrived) => {
                        return Err(DoorError::Broken(
                            "the daemon has forgotten the request".to_owned(),
                        ));
                    }
                    Err(reason) => return Err(DoorError::Broken(reason)),
                }
            };
            if self.pass_on(reply?).await {
                return Ok(());
            }
        }
    }

    /// Asks once how the request stands, and passes the answer on.
    async fn ask_status(&mut self) -> Result<Standing, String> {
        let question = self
            .sender
            .status(self.envelope.subject.clone())
            .map_err(|error| error.to_string())?;
        let mut reply = ask(&*self.door, &question, &self.patience)
            .await
            .map_err(|error| error.to_string())?;
        let Some(state) = reply.state else {
            return match reply.error {
                Some(failure) if failure.code == Code::UnknownPayment => Ok(Standing::NeverArrived),
                _ => Err(reply.message.en),
            };
        };
        reply.id = Some(self.envelope.id.clone());
        reply.operation = Some(self.envelope.operation.to_owned());
        reply.is_final = state.is_final();
        if self.pass_on(reply).await {
            Ok(Standing::Final)
        } else {
            Ok(Standing::Open)
        }
    }

    /// Hands a reply to the register unless it has just had the same. Returns whether it was the final one.
    async fn pass_on(&mut self, reply: Reply) -> bool {
        let is_final = reply.is_final;
        if is_final || !self.last.as_ref().is_some_and(|last| same_news(last, &reply)) {
            self.last = Some(reply.clone());
            // The register may have stopped listening; then the task is aborted with its stream.
            let _ = self.out.send(Ok(reply)).await;
        }
        is_final
    }

    /// The total is used up: one last question, and then the truth.
    async fn time_is_over(&mut self) -> Result<(), RegisterError> {
        if !self.maybe_sent {
            return Err(self.not_sent(self.trouble.clone()));
        }
        let asked = self.ask_status().await;
        if matches!(asked, Ok(Standing::Final)) {
            return Ok(());
        }
        let mut reason = format!("no final answer within {} s", self.patience.total.as_secs());
        if let Err(trouble) = asked {
            reason = format!("{reason} ({trouble})");
        }
        Err(RegisterError::Unknown {
            id: self.envelope.id.clone(),
            reason,
            last: self.last.take().map(Box::new),
        })
    }

    fn not_sent(&self, reason: String) -> RegisterError {
        RegisterError::NotSent {
            address: self.door.address().to_owned(),
            reason,
        }
    }
}

/// Asks a question that changes nothing, several times if need be.
pub(crate) async fn ask_patiently(
    door: &dyn Door,
    question: &Envelope,
    patience: &Patience,
) -> Result<Reply, RegisterError> {
    let address = door.address().to_owned();
    let mut attempt = 1;
    loop {
        let error = match ask(door, question, patience).await {
            Ok(mut reply) => {
                reply.is_final = reply.state.map_or(reply.is_final, State::is_final);
                return Ok(reply);
            }
            Err(error) => error,
        };
        let hopeless = matches!(error, DoorError::NotTheDaemon(_));
        if hopeless || attempt >= patience.attempts {
            return Err(match error {
                DoorError::NotSent(reason) | DoorError::NotTheDaemon(reason) => {
                    RegisterError::NotSent { address, reason }
                }
                DoorError::Broken(reason) => RegisterError::NoAnswer { address, reason },
            });
        }
        attempt += 1;
        sleep(patience.pause).await;
    }
}

/// One message, one reply.
async fn ask(door: &dyn Door, envelope: &Envelope, patience: &Patience) -> Result<Reply, DoorError> {
    let exchange = async { door.open(envelope).await?.next().await };
    let reply = timeout(patience.answer, exchange)
        .await
        .unwrap_or_else(|_| Err(DoorError::Broken(no_answer_within(patience))))?;
    if is_undecided(&reply) {
        return Err(DoorError::Broken(reply.message.en));
    }
    Ok(reply)
}

fn no_answer_within(patience: &Patience) -> String {
    format!("no answer within {} s", patience.answer.as_secs())
}

/// Whether the daemon took the message but could not say in time what comes of it.
const fn is_undecided(reply: &Reply) -> bool {
    reply.state.is_none() && !reply.is_final
}

/// Whether a repeat was turned away for a passing reason. That tells nothing of the first copy of the message.
fn says_nothing_of_the_request(reply: &Reply) -> bool {
    reply.state.is_none()
        && reply.error.as_ref().is_some_and(|failure| {
            matches!(
                failure.code,
                Code::ShuttingDown
                    | Code::JournalUnavailable
                    | Code::RateLimited
                    | Code::Unauthorized
                    | Code::Internal
            )
        })
}

/// Whether two replies say the same. The QR's remaining life runs down by itself.
fn same_news(a: &Reply, b: &Reply) -> bool {
    let timeless = |reply: &Reply| {
        let mut reply = reply.clone();
        if let Some(qr) = &mut reply.qr {
            qr.expires_in_ms = 0;
        }
        reply
    };
    timeless(a) == timeless(b)
}
