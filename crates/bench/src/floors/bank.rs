//! The simulated bank by itself: the two calls of a payment, one after another, by one client.

use super::ROUNDS_MAX;
use crate::figures::{Spread, micros};
use crate::shop::{MERCHANT, SECRET_KEY, Shop};
use anyhow::{Context, Result, ensure};
use reqwest::Client;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// Registers a QR and asks how it stands, as the daemon does.
pub async fn alone(window: Duration) -> Result<(Spread, Spread)> {
    let shop = Shop::open("http://127.0.0.1:9".to_owned()).await?;
    let address = shop.address();
    let client = client(&address.ca_pem)?;
    let (mut registers, mut statuses) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for _ in 0..ROUNDS_MAX {
        if begun.elapsed() >= window {
            break;
        }
        let at = Instant::now();
        let body = json!({
            "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": Uuid::new_v4().simple().to_string(),
            "amount": 150, "currency": "RUB",
        });
        let url = format!("{}/api/sbp/v2/qrs", address.url);
        let made = answer(client.post(url).body(body.to_string())).await?;
        registers.push(micros(at.elapsed()));
        let qr = made["qrId"].as_str().context("the bank made no QR")?;
        let at = Instant::now();
        answer(client.get(format!("{}/api/sbp/v1/qr/{qr}/payment-info", address.url))).await?;
        statuses.push(micros(at.elapsed()));
    }
    shop.close().await;
    Ok((Spread::of(registers), Spread::of(statuses)))
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value> {
    let request = request
        .bearer_auth(SECRET_KEY)
        .header("Content-Type", "application/json");
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    ensure!(status.is_success(), "the bank answered HTTP {status}: {text}");
    Ok(serde_json::from_str(&text)?)
}

fn client(ca_pem: &str) -> Result<Client> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.ok().context("the bank's certificate")?)?;
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .build()?)
}
