//! The command line.

pub mod amount;
mod args;
mod connect;
mod exit;
mod interrupt;
mod pinpad;
mod refund;
mod sale;
mod screen;
mod settings;
mod till;

pub use exit::Exit;

use args::{Args, Command, Connection, LinkCommand, Sale};
use clap::Parser;
use domain::{CallerId, OperationId};
use protocol::{LinkVerdict, Reply};
use register::{PaymentId, Register, RegisterError};
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
    let connection = &args.connection;
    match args.command {
        // It stands beside the register and needs no daemon.
        Command::Pinpad(pinpad) => Ok(Box::pin(pinpad::run(pinpad, screen)).await),
        Command::Sale(sale) => sell(connection, sale, screen).await,
        Command::Till(till) => Ok(Box::pin(till::run(connection, till, screen)).await?),
        Command::Cancel { payment } => {
            let register = connection.register(screen)?;
            let reply = follow(register.cancel(payment.id()?).await, screen).await?;
            Ok(Exit::of_cancel(&reply))
        }
        Command::Refund(args) => {
            let register = connection.register(screen)?;
            refund::run(&register, args, screen).await
        }
        Command::Confirm { payment, amount } => {
            let register = connection.register(screen)?;
            let reply = follow(register.confirm(payment.id()?, amount).await, screen).await?;
            Ok(Exit::of_reply(&reply))
        }
        Command::Status { payment } => {
            let reply = connection.register(screen)?.status(payment.id()?).await?;
            screen.reply(&reply);
            Ok(Exit::of_reply(&reply))
        }
        Command::Link { command } => {
            let register = connection.link_register(screen)?;
            link(&register, command, screen).await
        }
        Command::CheckSettings { path } => Ok(settings::report(&path, connection.lang, connection.json)),
    }
}

async fn sell(connection: &Connection, sale: Sale, screen: &mut Screen) -> Result<Exit, Trouble> {
    let till = connection.till(screen)?;
    let pay = sale.pay()?;
    if till.scans && pay.customer_code.is_none() {
        let error = anyhow::anyhow!(
            "the settings say that the code is scanned from the buyer's phone: give --customer-code CODE, or `-` to read it"
        );
        return Err(error.into());
    }
    Ok(sale::run(&till, pay, screen).await?)
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
        payment_id(&self.id, self.by_operation_id)
    }
}

fn payment_id(id: &str, by_operation_id: bool) -> anyhow::Result<PaymentId> {
    if by_operation_id {
        let id: OperationId = id.parse()?;
        return Ok(PaymentId::Operation(id));
    }
    let id: CallerId = id.parse()?;
    Ok(PaymentId::Caller(id))
}
