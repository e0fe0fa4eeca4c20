//! HTTP round trips against a server that does nothing, both in this process.

use super::ROUNDS_MAX;
use crate::figures::per_second;
use anyhow::Result;
use axum::Router;
use axum::routing::post;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A body of about the size of a payment's request.
const BODY: &str = r#"{"operation":"pay","id":"019b0000-0000-7000-8000-000000000000","module":"m","store":"1","terminal":"1","amount":15000}"#;

/// So many clients ask, each one request at a time.
pub async fn echoes(clients: usize, window: Duration) -> Result<u64> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let router = Router::new().route("/", post(|body: String| async { body }));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let client = reqwest::Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    let mut asking = JoinSet::new();
    for _ in 0..clients {
        let (client, url) = (client.clone(), url.clone());
        asking.spawn(async move {
            let mut count = 0;
            while begun.elapsed() < window && count < ROUNDS_MAX {
                client.post(&url).body(BODY).send().await?.bytes().await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
    }
    let mut count = 0;
    while let Some(asked) = asking.join_next().await {
        count += asked??;
    }
    server.abort();
    Ok(per_second(count, begun.elapsed()))
}
