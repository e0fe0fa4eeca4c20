//! Nothing is sent twice.

use crate::server::{Moment, Server, Step, answer};
use crate::{post, transport};
use domain::{CallKind, Certainty};
use outbound::{HttpSender, Sender};
use std::collections::BTreeMap;

/// How many payments each server is sent.
const PAYMENTS: usize = 60;

/// Sends payments one after another and counts how often each arrived.
async fn pay(server: &Server) -> (usize, BTreeMap<String, usize>) {
    let sender = HttpSender::new();
    let mut answered = 0;
    for number in 0..PAYMENTS {
        let request = post(&server.url("/pay"), &format!("payment-{number}"));
        match sender.send(&transport(), request, CallKind::Register).await {
            Ok(_) => answered += 1,
            Err(fault) => assert_eq!(fault.certainty, Certainty::Unknown, "{fault}"),
        }
    }
    let mut arrived = BTreeMap::new();
    for request in server.seen() {
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        *arrived.entry(body.to_owned()).or_insert(0) += 1;
    }
    (answered, arrived)
}

/// HTTP clients like to repeat a request when a kept connection turns out to be dead. A server that reads a payment
/// on a kept connection and then drops it has taken the payment: a repeat would charge the buyer twice.
#[tokio::test]
async fn row_06_a_post_is_never_sent_twice() {
    let server = Server::start(None, |moment| match moment {
        Moment::Connected { .. } => Step::Read,
        Moment::Request { request, .. } if request % 3 == 0 => Step::Close,
        Moment::Request { .. } => Step::Reply(answer("200 OK", "{}")),
    })
    .await;
    let (answered, arrived) = pay(&server).await;
    assert!(
        server.connections() < PAYMENTS,
        "the test proves nothing unless connections are kept"
    );
    assert_eq!(answered, PAYMENTS - PAYMENTS / 3);
    assert_eq!(arrived.len(), PAYMENTS);
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
}

/// The server closes each connection after its answer without saying so: the next request may meet the dying
/// connection before it is written, or after.
#[tokio::test]
async fn row_06_a_dying_connection_brings_no_second_copy() {
    let server = Server::answering(None, answer("200 OK", "{}")).await;
    let (answered, arrived) = pay(&server).await;
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
    assert!(
        arrived.len() >= answered,
        "an answer to a payment that did not arrive"
    );
}
