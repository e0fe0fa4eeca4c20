//! A shop with its daemon, bank, broker and journal.

use super::broker::VirtualHost;
use super::log::Log;
use super::process::{self, Ended, Process, succeed};
use super::store::{Kind, Store};
use super::until;
use super::wire::Wire;
use anyhow::{Context, bail};
use domain::{ModuleName, OperationId, State, StoreId, TerminalId};
use journal::{Journal, ListFilter, Stored};
use register::{Patience, Register};
use secrecy::ExposeSecret;
use simulator::bank::{Endpoint, PayerAction};
use simulator::{ClientAuth, Merchant, Running, Simulator};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// The module for dynamic QR codes.
pub const DYNAMIC: &str = "qrraiffd";
/// The module for cash links.
pub const CASH_LINK: &str = "qrraiffd_variable";
/// The dead-letter queue of every site.
pub const DEAD_LETTERS: &str = "dead";
const MERCHANT: &str = "MA000001";
/// How long a refund is on its way inside the bank, in microseconds.
const REFUND_SETTLES_US: i64 = 300_000;

/// How a register comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// HTTP.
    Http,
    /// RabbitMQ.
    Amqp,
}

/// Both.
pub const DOORS: [Door; 2] = [Door::Http, Door::Amqp];

/// The site.
pub struct Site {
    /// The bank.
    pub bank: Running,
    /// Between the daemon and the bank.
    pub bank_wire: Wire,
    /// Between HTTP registers (and the bank's callbacks) and the daemon.
    pub http_wire: Wire,
    /// Between the daemon and the broker. Registers go around it.
    pub broker_wire: Wire,
    /// The broker's virtual host.
    pub host: VirtualHost,
    /// The journal.
    pub store: Store,
    /// The journal, to look into.
    pub journal: Arc<dyn Journal>,
    /// What every daemon of this site wrote.
    pub log: Log,
    /// The settings file.
    pub config: PathBuf,
    /// Where all files of the site are; it is removed at the end.
    pub folder: TempDir,
    /// The token of register 1 in store 1.
    pub token: String,
    key: String,
    daemon: Option<Process>,
    closed: bool,
}

impl Site {
    /// Builds a site, starts its daemon and waits until both doors are open.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn open(kind: Kind) -> anyhow::Result<Self> {
        let mut site = Self::build(kind, "").await?;
        site.start().await?;
        site.log.line(0, &["connected to the broker"]).await?;
        Ok(site)
    }

    /// Builds a site with all settings written, but does not start its daemon. `more` is added to the settings file.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn build(kind: Kind, more: &str) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let host = VirtualHost::take()?;
        let http_wire = Wire::lay(None).await?;
        let broker_wire = Wire::lay(Some(host.broker.clone())).await?;
        let key = format!("bank-key-{}", Uuid::new_v4().simple());
        let bank = bank(&key, &http_wire).await?;
        let host_of_bank = bank.base_url.trim_start_matches("https://").to_owned();
        let bank_wire = Wire::lay(Some(host_of_bank)).await?;
        let store = Store::new(kind, folder.path()).await?;
        let config = folder.path().join("qrpayd.conf");
        let token = format!("token-{}", Uuid::new_v4().simple());
        let broker = host.url(&broker_wire.address().to_string());
        let text = settings(&store.url, &broker, &token, more);
        write_secret(&config, &text)?;
        succeed(process::run(process::command(&config, &["migrate"])).await?)?;
        let journal = store.look().await?;
        let site = Self {
            bank,
            bank_wire,
            http_wire,
            broker_wire,
            host,
            store,
            journal,
            log: Log::default(),
            config,
            folder,
            token,
            key,
            daemon: None,
            closed: false,
        };
        site.write_modules().await?;
        Ok(site)
    }

    /// Writes both modules' merchant with the daemon's own command.
    async fn write_modules(&self) -> anyhow::Result<()> {
        let identity = self.bank.issue_client("shop")?;
        let file = |name: &str, text: &str| -> anyhow::Result<String> {
            let path = self.folder.path().join(name);
            write_secret(&path, text)?;
            Ok(path.display().to_string())
        };
        let values = [
            format!("url=https://{}", self.bank_wire.address()),
            format!("ca={}", file("ca.pem", &self.bank.ca_pem)?),
            format!("cert={}", file("shop.pem", &identity.chain_pem)?),
            format!("pkey={}", file("shop.key", identity.key_pem.expose_secret())?),
            format!("secretKey_file={}", file("bank.key", &self.key)?),
            "interval=1".to_owned(),
            "return_interval=1".to_owned(),
            "rate_limit=0".to_owned(),
        ];
        let merchant = format!("sbpMerchantId={MERCHANT}");
        for (module, more) in [(DYNAMIC, Some(merchant.as_str())), (CASH_LINK, None)] {
            let mut arguments = vec!["config", "set", module, "merchant", "0"];
            arguments.extend(values.iter().map(String::as_str));
            arguments.extend(more);
            succeed(self.command(&arguments).await?)?;
        }
        Ok(())
    }

    /// Starts the daemon.
    ///
    /// # Errors
    /// When it does not come to serve.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let daemon = Process::start(&self.config, &self.log).await?;
        self.http_wire.lead_to(Some(daemon.http.clone()));
        self.daemon = Some(daemon);
        Ok(())
    }

    /// The running daemon.
    ///
    /// # Errors
    /// When there is none.
    pub fn daemon(&mut self) -> anyhow::Result<&mut Process> {
        self.daemon.as_mut().context("the daemon does not run")
    }

    /// The power goes: the process, and every connection that it had.
    ///
    /// # Errors
    /// When the daemon had ended by itself.
    pub fn kill_9(&mut self) -> anyhow::Result<()> {
        self.daemon()?.kill_9()?;
        self.daemon = None;
        self.http_wire.lead_to(None);
        for wire in [&self.http_wire, &self.bank_wire, &self.broker_wire] {
            wire.cut();
            wire.release();
        }
        Ok(())
    }

    /// SIGTERM, and the wait for its end, which must be a good one.
    ///
    /// # Errors
    /// When it ends with another code than 0, or not at all.
    pub async fn terminate(&mut self) -> anyhow::Result<Ended> {
        self.daemon()?.signal("TERM")?;
        self.ended().await
    }

    /// Waits for the good end of a daemon that was told to stop.
    ///
    /// # Errors
    /// When it ends with another code than 0, or not at all.
    pub async fn ended(&mut self) -> anyhow::Result<Ended> {
        let ended = self.daemon()?.ended().await?;
        self.daemon = None;
        self.http_wire.lead_to(None);
        anyhow::ensure!(ended.status.code() == Some(0), "it ended with {}", ended.status);
        Ok(ended)
    }

    /// Runs one of the daemon's commands.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn command(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        process::run(process::command(&self.config, arguments)).await
    }

    /// Register 1 of store 1.
    ///
    /// # Errors
    /// When its settings are wrong.
    pub fn register(&self, door: Door, module: &str) -> anyhow::Result<Register> {
        let (store, terminal) = (StoreId::new("1")?, TerminalId::new("1")?);
        let module = ModuleName::new(module)?;
        let patience = Patience {
            answer: Duration::from_secs(30),
            silence: Duration::from_secs(5),
            pause: Duration::from_millis(200),
            attempts: 600,
            ..Patience::default()
        };
        let register = match door {
            Door::Http => {
                let url = format!("http://{}", self.http_wire.address());
                Register::http(&url, self.token.clone().into(), store, terminal)?.with_module(module)
            }
            Door::Amqp => Register::amqp(self.host.url(&self.host.broker).into(), module, store, terminal)?,
        };
        Ok(register.with_patience(patience))
    }

    /// The buyer acts on a QR or a link.
    ///
    /// # Errors
    /// When the bank does not let them.
    pub fn buyer(&self, payload: &str, action: PayerAction) -> anyhow::Result<()> {
        self.bank
            .bank
            .with(|bank, now| bank.pay(payload, action, None, now))?;
        Ok(())
    }

    /// How many calls of this kind the bank has heard.
    pub fn calls(&self, endpoint: Endpoint) -> u64 {
        self.bank.bank.with(|bank, _| bank.calls_of(endpoint))
    }

    /// Waits until the bank has heard more than `before` calls of this kind, and so has acted on them.
    ///
    /// # Errors
    /// When it never does.
    pub async fn called(&self, endpoint: Endpoint, before: u64) -> anyhow::Result<()> {
        until(&format!("a call of {endpoint:?}"), async || {
            Ok((self.calls(endpoint) > before).then_some(()))
        })
        .await
    }

    /// The operation as it stands in the journal.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn stored(&self, id: OperationId) -> anyhow::Result<Stored> {
        self.journal
            .get(id)
            .await?
            .context("the operation is not in the journal")
    }

    /// Waits until the journal has the operation in this state.
    ///
    /// # Errors
    /// When it never has.
    pub async fn reached(&self, id: OperationId, state: State) -> anyhow::Result<Stored> {
        until(&format!("{state:?} in the journal"), async || {
            Ok(self
                .journal
                .get(id)
                .await?
                .filter(|stored| stored.operation.state == state))
        })
        .await
    }

    /// The only operation under a register's id, once it is in the journal.
    ///
    /// # Errors
    /// When it never comes, or stands there twice.
    pub async fn journaled(&self, caller: &str) -> anyhow::Result<OperationId> {
        let filter = ListFilter {
            limit: journal::PAGE_MAX,
            ..ListFilter::default()
        };
        until(&format!("{caller} in the journal"), async || {
            let all = self.journal.list(&filter).await?;
            let mut found = all.iter().filter(|one| one.request.id.as_str() == caller);
            let first = found.next().map(|one| one.id);
            anyhow::ensure!(found.next().is_none(), "{caller} stands in the journal twice");
            Ok(first)
        })
        .await
    }

    /// Ends everything: the daemon must go well, and no key, token or password may stand in its log.
    ///
    /// # Errors
    /// When one does.
    pub async fn close(mut self) -> anyhow::Result<()> {
        if self.daemon.is_some() {
            self.broker_wire.release();
            self.terminate().await?;
        }
        self.journal.close().await;
        self.store.remove().await?;
        self.keeps_secrets(&self.log.text())?;
        self.closed = true;
        Ok(())
    }

    /// Whether a text holds none of the site's secrets.
    ///
    /// # Errors
    /// When it holds one.
    pub fn keeps_secrets(&self, text: &str) -> anyhow::Result<()> {
        let key_file = std::fs::read_to_string(self.folder.path().join("shop.key"))?;
        let key_line = key_file.lines().nth(1).context("the client's key has no lines")?;
        let secrets = [
            ("the bank's key", self.key.as_str()),
            ("a register's token", &self.token),
            ("the broker's password", &self.host.password),
            ("the client's key", key_line),
        ];
        for (what, secret) in secrets {
            if let Some(line) = text.lines().find(|line| line.contains(secret)) {
                bail!("{what} stands in: {line}");
            }
        }
        Ok(())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if !self.closed {
            let mut out = String::new();
            for line in self.log.text().lines().filter(|line| !line.contains("TRACE")) {
                let _ = writeln!(out, "    {line}");
            }
            eprintln!("the daemon's log:\n{out}");
        }
    }
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// When it cannot be written.
pub fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = std::fs::File::options();
    let mut file = options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

async fn bank(key: &str, callbacks: &Wire) -> anyhow::Result<Running> {
    let mut merchant = Merchant::new(MERCHANT, key);
    merchant.callback_url = Some(format!("http://{}/callback/{DYNAMIC}", callbacks.address()));
    let mut options = simulator::Options::new(vec![merchant]);
    options.bank.refund_settles_after_us = REFUND_SETTLES_US;
    options.client_auth = ClientAuth::OwnCa;
    options.payer_bind = None;
    Ok(Simulator::start(options).await?)
}

fn settings(journal: &str, broker: &str, token: &str, more: &str) -> String {
    format!(
        "journal {{ url = \"{journal}\" }}\n\
         http {{ listen = \"127.0.0.1:0\", rate_limit_per_s = 0, tokens = [\n\
           {{ store = \"1\", terminal = \"1\", token = \"{token}\" }}\n\
           {{ store = \"1\", terminal = \"2\", token = \"{token}-of-register-2\" }}\n\
         ] }}\n\
         amqp {{ urls = [\"{broker}\"], dead_letter_queue = \"{DEAD_LETTERS}\", message_limit = \"8 KiB\" }}\n\
         modules = [\"{DYNAMIC}\", \"{CASH_LINK}\"]\n\
         log {{ format = \"text\", level = \"debug,wire=trace,sqlx=info\" }}\n\
         {more}\n"
    )
}
