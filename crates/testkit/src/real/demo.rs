//! The demo as a process of its own: every module, its simulated provider and the phone of the buyers, on one free port.

use super::http_client;
use crate::environment;
use anyhow::Context;
use domain::{ModuleName, StoreId, TerminalId};
use register::Register;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running demo; it is stopped when the test ends.
pub struct Demo {
    process: Child,
    /// Its address, without a slash at the end.
    pub address: String,
    /// The token of its register.
    pub token: String,
    /// Its settings file.
    pub config: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Demo {
    /// Starts it and reads where it serves.
    ///
    /// # Errors
    /// When it does not start or does not say so.
    pub fn start() -> anyhow::Result<Self> {
        let mut process = Command::new(environment::binary("qrpayd"))
            .args(["demo", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().context("the demo has no output")?;
        let mut demo = Self {
            process,
            address: String::new(),
            token: String::new(),
            config: String::new(),
        };
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next() {
            let line = line?;
            for (mark, place) in [
                ("QRPOS_SERVER=", &mut demo.address),
                ("QRPOS_TOKEN=", &mut demo.token),
                ("operations --config ", &mut demo.config),
            ] {
                let told = line.split_once(mark).and_then(|(_, rest)| rest.split(' ').next());
                if let Some(told) = told {
                    told.clone_into(place);
                }
            }
            if !demo.config.is_empty() {
                // The demo goes on writing: somebody has to read it.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(demo);
            }
        }
        anyhow::bail!("the demo did not say where it serves")
    }

    /// Its register, with this module.
    ///
    /// # Errors
    /// When there is no such module name.
    pub fn register(&self, module: &str) -> anyhow::Result<Register> {
        let (store, terminal) = (StoreId::new("1")?, TerminalId::new("1")?);
        let register = Register::http(&self.address, self.token.clone().into(), store, terminal)?;
        Ok(register.with_module(ModuleName::new(module)?))
    }

    /// A buyer pays what this QR or sticker asks for.
    ///
    /// # Errors
    /// When it cannot be paid.
    pub async fn pays(&self, link: &str) -> anyhow::Result<()> {
        self.post("pay", &json!({ "link": link, "outcome": "paid" }))
            .await?;
        Ok(())
    }

    /// A blank sticker of a provider.
    ///
    /// # Errors
    /// When it has none.
    pub async fn sticker(&self, provider: &str) -> anyhow::Result<String> {
        let printed = self
            .post(&format!("sticker?provider={provider}"), &json!({}))
            .await?;
        let link = printed["link"].as_str().context("a sticker without its link")?;
        Ok(link.to_owned())
    }

    /// A code on a buyer's phone that is paid as soon as it is charged.
    ///
    /// # Errors
    /// When the provider takes none.
    pub async fn code(&self, provider: &str) -> anyhow::Result<String> {
        let shown = self
            .post("codes", &json!({ "provider": provider, "outcome": "pay" }))
            .await?;
        Ok(shown["code"].as_str().context("no code")?.to_owned())
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = http_client()?
            .post(format!("{}/payer/{path}", self.address))
            .header("accept", "application/json")
            .json(body)
            .send()
            .await?
            .error_for_status()?;
        Ok(answer.json().await?)
    }
}
