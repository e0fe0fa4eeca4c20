//! The command line.

pub mod amount;
mod args;
mod exit;
mod interrupt;
mod pinpad;
mod sale;
mod screen;

pub use exit::Exit;

use args::{Args, Command, Connection, LinkCommand};
use clap::Parser;
use domain::{CallerId, OperationId};
use protocol::{LinkVerdict, Reply};
use register::{PaymentId, Refund, Register, RegisterError};
use screen::Screen;

/// Reads the arguments of the process, does what they ask, and tells how it ended.
pub async fn run() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Nothing can be done when even this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
        }
    };
    let mut screen = Screen::new(args.connection.lang, args.connection.json);
    match serve(args, &mut screen).await {
        Ok(exit) => exit,
        Err(error) => {
            screen.trouble(&error.to_string());
            error.exit()
        }
    }
}

/// Why a command ended without a final reply.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0:#}")]
    Usage(#[from] anyhow::Error),
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl Trouble {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Register(error) => Exit::of_error(error),
        }
    }
}

async fn serve(args: Args, screen: &mut Screen) -> Result<Exit, Trouble> {
    // Not made for the pin-pad, which stands beside the register and needs no daemon.
    let register = || args.connection.register();
    match args.command {
        Command::Pinpad(pinpad) => Ok(Box::pin(pinpad::run(pinpad, screen)).await),
        Command::Sale(sale) => Ok(sale::run(&register()?, sale.pay()?, screen).await?),
        Command::Cancel { payment } => {
            let reply = follow(register()?.cancel(payment.id()?).await, screen).await?;
            Ok(Exit::of_cancel(&reply))
        }
        Command::Refund {
            payment,
            amount,
            purpose,
            refund_id,
        } => {
            let mut refund = Refund {
                amount,
                purpose,
                ..Refund::new(payment.id()?)
            };
            refund.id = refund_id.unwrap_or(refund.id);
            let reply = follow(register()?.refund(refund).await, screen).await?;
            Ok(Exit::of_reply(&reply))
        }
        Command::Status { payment } => {
            let reply = register()?.status(payment.id()?).await?;
            screen.reply(&reply);
            Ok(Exit::of_reply(&reply))
        }
        Command::Link { command } => link(&register()?, command, screen).await,
    }
}

async fn link(register: &Register, command: LinkCommand, screen: &mut Screen) -> Result<Exit, Trouble> {
    let replies = match command {
        LinkCommand::Check { scanned } => register.link_check(&scanned).await,
        LinkCommand::Bind {
            scanned,
            terminal_number,
        } => register.link_bind(&scanned, terminal_number.as_deref()).await,
    };
    let reply = follow(replies, screen).await?;
    Ok(match reply.link.as_ref().map(|link| link.verdict) {
        Some(LinkVerdict::ThisRegister | LinkVerdict::BoundNow) => Exit::Done,
        Some(_) => Exit::OtherSticker,
        None => Exit::of_reply(&reply),
    })
}

/// Shows every reply and returns the final one.
async fn follow(mut replies: register::ReplyStream, screen: &mut Screen) -> Result<Reply, RegisterError> {
    if let Some(id) = replies.id() {
        screen.request(id);
    }
    let mut last = None;
    while let Some(reply) = replies.next().await {
        let reply = reply?;
        screen.reply(&reply);
        last = Some(reply);
    }
    last.ok_or_else(|| RegisterError::Settings("the daemon ended without a reply".to_owned()))
}

impl args::Payment {
    fn id(&self) -> anyhow::Result<PaymentId> {
        if self.by_operation_id {
            let id: OperationId = self.id.parse()?;
            return Ok(PaymentId::Operation(id));
        }
        let id: CallerId = self.id.parse()?;
        Ok(PaymentId::Caller(id))
    }
}

impl Connection {
    fn register(&self) -> anyhow::Result<Register> {
        let patience = register::Patience {
            total: std::time::Duration::from_secs(self.timeout),
            ..register::Patience::default()
        };
        let (store, terminal) = (self.store.clone(), self.terminal.clone());
        let register = match (&self.server, &self.amqp) {
            (Some(_), Some(_)) => {
                anyhow::bail!(
                    "both a server and a broker are named (--server or QRPOS_SERVER, --amqp or QRPOS_AMQP): take one away"
                )
            }
            (None, None) => {
                anyhow::bail!(
                    "no daemon is named: give --server http://host:port, or --amqp amqp://host, or set QRPOS_SERVER"
                )
            }
            (Some(server), None) => {
                let register = Register::http(server, self.token()?, store, terminal)?;
                match &self.module {
                    Some(module) => register.with_module(module.clone()),
                    None => register,
                }
            }
            (None, Some(broker)) => {
                let Some(module) = self.module.clone() else {
                    anyhow::bail!(
                        "over RabbitMQ the module must be named: give --module or set QRPOS_MODULE"
                    );
                };
                Register::amqp(broker.as_str().into(), module, store, terminal)?
            }
        };
        Ok(register.with_patience(patience))
    }
}
