//! Many providers at once: each behind an HTTPS port of its own, with one payer's page and one control API for all.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use secrecy::SecretString;
use tokio::task::JoinSet;

use crate::bank;
use crate::catalogue::{self, Kind, Opening};
use crate::clock::{self, Clock};
use crate::provider::{About, Certificate};
use crate::server::{ClientAuth, StartError, listen, open_payer_port};
use crate::shared::{SharedBank, SharedProvider};
use crate::tls::{Authority, ClientIdentity};
use crate::{control, delivery, door, keys, payer_page};

/// How a street is opened.
#[derive(Clone)]
pub struct StreetOptions {
    /// Which providers.
    pub kinds: Vec<&'static Kind>,
    /// Where the first one listens; the others take the ports behind it. Port 0 = free ones.
    pub bind: SocketAddr,
    /// Where the payer's page and the control API listen in plain HTTP; none = not at all (mount the routers elsewhere).
    pub payer_bind: Option<SocketAddr>,
    /// The name of the shop that payers see.
    pub shop: String,
    /// The shop's secret at every provider.
    pub secret: SecretString,
    /// What stands before the module's name in the address of notifications: `http://127.0.0.1:8080/callback`. None: no
    /// notifications.
    pub callback_base: Option<String>,
    /// Authorities (PEM) to trust besides the street's own, when a notification goes to an `https` address.
    pub callback_ca_pem: Option<String>,
    /// Seed of ids and faults.
    pub seed: u64,
    /// The clock.
    pub clock: Clock,
}

impl StreetOptions {
    /// Loopback, free ports, no notifications, seed 1, the system's clock.
    pub fn new(kinds: Vec<&'static Kind>, secret: SecretString) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            kinds,
            bind: loopback,
            payer_bind: Some(loopback),
            shop: "Магазин «Образец»".to_owned(),
            secret,
            callback_base: None,
            callback_ca_pem: None,
            seed: 1,
            clock: clock::system(),
        }
    }
}

/// One provider at work.
pub struct House {
    /// What it is.
    pub about: &'static About,
    /// `https://127.0.0.1:PORT`.
    pub base_url: String,
    /// The provider, for looking and meddling in the same process.
    pub provider: SharedProvider,
    /// The shop's client certificate. The provider takes this one and no other, if it wants any.
    pub identity: ClientIdentity,
}

/// Providers at work. Dropping it stops them.
pub struct Street {
    /// The authority to trust, PEM: the same for every door.
    pub ca_pem: String,
    /// The providers, in the order of the options.
    pub houses: Vec<House>,
    /// `http://127.0.0.1:PORT/payer`, if a port was asked for.
    pub payer_url: Option<String>,
    /// `http://127.0.0.1:PORT/control`, if a port was asked for.
    pub control_url: Option<String>,
    raiffeisen: Option<SharedBank>,
    authority: Authority,
    tasks: JoinSet<()>,
}

impl Street {
    /// Makes certificates, opens the ports and begins to serve. Must be called inside a Tokio runtime.
    pub async fn open(options: StreetOptions) -> Result<Self, StartError> {
        let authority = Authority::generate()?;
        let mut street = Self {
            ca_pem: authority.pem.clone(),
            houses: Vec::new(),
            payer_url: None,
            control_url: None,
            raiffeisen: None,
            authority,
            tasks: JoinSet::new(),
        };
        for (number, kind) in options.kinds.iter().enumerate() {
            street.build(kind, number, &options).await?;
        }
        if let Some(bind) = options.payer_bind {
            let routers = (street.payer_router(), street.control_router());
            let address = open_payer_port(bind, routers, &mut street.tasks).await?;
            street.payer_url = Some(format!("http://{address}/payer"));
            street.control_url = Some(format!("http://{address}/control"));
        }
        Ok(street)
    }

    async fn build(&mut self, kind: &Kind, number: usize, options: &StreetOptions) -> Result<(), StartError> {
        let about = kind.about;
        let identity = shop_identity(&self.authority, about.certificate)?;
        let clients = match about.certificate {
            Certificate::NotAsked => ClientAuth::NotAsked,
            Certificate::Issued | Certificate::OfSigningKey => ClientAuth::OwnCa,
        };
        let tls = self.authority.server_config(options.bind.ip(), &clients)?;
        let (listener, address) = listen(nth(options.bind, number)?).await?;
        let base_url = format!("https://{address}");
        let module = about.modules.first().unwrap_or(&about.name);
        let callback = |base: &String| format!("{}/{module}", base.trim_end_matches('/'));
        let opening = Opening {
            seed: seed_of(options.seed, number),
            base_url: base_url.clone(),
            shop: options.shop.clone(),
            secret: options.secret.clone(),
            certificate: identity.leaf()?,
            callback_url: options.callback_base.as_ref().map(callback),
        };
        let clock = Arc::clone(&options.clock);
        let provider = if about.name == bank::ABOUT.name {
            let bank = Arc::new(Mutex::new(catalogue::raiffeisen(opening)));
            let bank = SharedBank::around(bank, clock);
            self.raiffeisen = Some(bank.clone());
            bank.as_provider()
        } else {
            SharedProvider::around((kind.open)(opening), clock)
        };
        let client = delivery::client(&self.ca_pem, options.callback_ca_pem.as_deref())?;
        self.tasks.spawn(door::accept(listener, tls, provider.clone()));
        self.tasks.spawn(delivery::run(provider.clone(), client));
        self.houses.push(House {
            about,
            base_url,
            provider,
            identity,
        });
        Ok(())
    }

    /// The house of this provider.
    pub fn house(&self, name: &str) -> Option<&House> {
        self.houses.iter().find(|house| house.about.name == name)
    }

    /// The house that this module speaks to.
    pub fn house_of_module(&self, module: &str) -> Option<&House> {
        self.houses
            .iter()
            .find(|house| house.about.modules.contains(&module))
    }

    /// The payer's page for all of them, to be nested under a prefix.
    pub fn payer_router(&self) -> Router {
        payer_page::router(self.providers())
    }

    /// The control API, to be nested under a prefix: `providers/{name}/…` for each, and Raiffeisenbank's own at the
    /// root if it is there. It has no password: only for loopback and tests.
    pub fn control_router(&self) -> Router {
        let all = control::providers::router(self.providers());
        match &self.raiffeisen {
            Some(bank) => all.merge(control::router(bank.clone())),
            None => all,
        }
    }

    /// Issues another client certificate of the same authority: one that the doors let in and no provider knows.
    pub fn issue_client(&self, name: &str) -> Result<ClientIdentity, StartError> {
        Ok(self.authority.issue_client(name)?)
    }

    /// Stops serving; connections are cut. Returns when nothing runs any more.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }

    fn providers(&self) -> Vec<SharedProvider> {
        self.houses.iter().map(|house| house.provider.clone()).collect()
    }
}

/// The client certificate with which the shop comes to a provider.
pub fn shop_identity(authority: &Authority, certificate: Certificate) -> Result<ClientIdentity, StartError> {
    Ok(match certificate {
        Certificate::NotAsked | Certificate::Issued => authority.issue_client("shop")?,
        Certificate::OfSigningKey => authority.issue_client_for("shop", &keys::shop().pem())?,
    })
}

/// The address behind `first` for the provider of this number.
fn nth(first: SocketAddr, number: usize) -> Result<SocketAddr, StartError> {
    if first.port() == 0 {
        return Ok(first);
    }
    let port = u16::try_from(number)
        .ok()
        .and_then(|number| first.port().checked_add(number));
    let port = port.ok_or(StartError::Ports(first.port()))?;
    Ok(SocketAddr::new(first.ip(), port))
}

/// A seed for each provider, so that no two give out the same id: a payer's phone tells providers apart by it. The first
/// keeps the street's own.
fn seed_of(street: u64, number: usize) -> u64 {
    street ^ u64::try_from(number).unwrap_or(u64::MAX).rotate_right(16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Phone;
    use std::collections::BTreeSet;

    #[tokio::test]
    async fn a_phone_finds_the_provider_of_each_sticker() {
        let kinds = catalogue::KINDS.iter().collect();
        let mut options = StreetOptions::new(kinds, SecretString::from("secret"));
        options.payer_bind = None;
        let street = Street::open(options).await.unwrap();
        let phone = Phone::new(street.providers());
        let mut seen = BTreeSet::new();
        for house in &street.houses {
            let printed = house.provider.with(|provider, _| provider.blank_sticker());
            let own = house.provider.with(|provider, _| provider.own_sticker());
            if let Some(own) = &own {
                let (found, _) = phone.look(own).unwrap();
                let found = found.with(|provider, _| provider.about().name);
                assert_eq!(found, house.about.name, "{own}");
            }
            for sticker in printed.into_iter().chain(own) {
                let id = crate::link::qr_id(&sticker).unwrap().to_owned();
                assert!(seen.insert(id), "{}: {sticker} is another's", house.about.name);
            }
        }
        assert!(seen.len() > 5, "{seen:?}");
        street.stop().await;
    }
}
