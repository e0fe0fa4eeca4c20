//! Virtual hosts of the run's RabbitMQ: queues are named after modules, so each site needs a host of its own.

use crate::environment;
use anyhow::{Context, bail};
use lapin::uri::AMQPUri;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// How many hosts are made at once: starting the control tool is dear, a host is cheap.
const AT_ONCE: usize = 8;

static SPARE: Mutex<Vec<VirtualHost>> = Mutex::new(Vec::new());

/// A virtual host with a user of its own.
#[derive(Clone)]
pub struct VirtualHost {
    /// `host:port` of the broker.
    pub broker: String,
    /// The host's name, its user's name.
    name: String,
    /// Its user's password: invented for this run.
    pub password: String,
}

impl VirtualHost {
    /// A host that nobody else has.
    ///
    /// # Errors
    /// When the broker makes none.
    pub fn take() -> anyhow::Result<Self> {
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.is_empty() {
            spare.extend(make()?);
        }
        spare.pop().context("the broker made no virtual host")
    }

    /// Its address by way of `at` (`host:port`).
    pub fn url(&self, at: &str) -> String {
        format!("amqp://{0}:{1}@{at}/{0}", self.name, self.password)
    }
}

fn make() -> anyhow::Result<Vec<VirtualHost>> {
    let url = environment::amqp_url();
    let uri: AMQPUri = url
        .parse()
        .map_err(|why| anyhow::anyhow!("QRPAY_TEST_AMQP_URL: {why}"))?;
    let broker = format!("{}:{}", uri.authority.host, uri.authority.port);
    let hosts: Vec<_> = std::iter::repeat_with(|| VirtualHost {
        broker: broker.clone(),
        name: format!("site-{}", Uuid::new_v4().simple()),
        password: format!("broker-password-{}", Uuid::new_v4().simple()),
    })
    .take(AT_ONCE)
    .collect();
    let statements: Vec<_> = hosts.iter().map(statement).collect();
    let output = Command::new(environment::given("QRPAY_TEST_RABBITMQ_CTL"))
        .args(["eval", &format!("{}, made.", statements.join(", "))])
        .output()
        .context("rabbitmqctl")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !said.contains("made") {
        bail!(
            "no virtual host was made: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(hosts)
}

fn statement(host: &VirtualHost) -> String {
    let name = format!("<<\"{}\">>", host.name);
    let all = "<<\".*\">>";
    format!(
        "rabbit_vhost:add({name}, {name}), rabbit_auth_backend_internal:add_user({name}, <<\"{}\">>, {name}), \
         rabbit_auth_backend_internal:set_permissions({name}, {name}, {all}, {all}, {all}, {name})",
        host.password
    )
}
