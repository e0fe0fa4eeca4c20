//! Trust in both directions, against real TLS servers.

use crate::server::{Authority, Pair, Server, answer};
use crate::{post, transport};
use connector::provider::{Identity, Transport};
use domain::{CallKind, Certainty, Code, Fault};
use outbound::{HttpSender, Sender};
use rustls::version::{TLS12, TLS13};
use secrecy::SecretString;
use std::sync::Arc;

fn trusting(authority: &Authority) -> Transport {
    Transport {
        ca: Some(authority.pem.as_str().into()),
        ..transport()
    }
}

fn as_client(transport: Transport, pair: Pair) -> Transport {
    Transport {
        identity: Some(Arc::new(Identity {
            certificates: pair.certificate,
            key: SecretString::from(pair.key),
        })),
        ..transport
    }
}

async fn send(server: &Server, transport: &Transport) -> Result<u16, Fault> {
    HttpSender::new()
        .send(transport, post(&server.url("/pay"), "{}"), CallKind::Register)
        .await
        .map(|response| response.status)
}

#[tokio::test]
async fn a_bank_with_its_own_root_is_trusted_when_the_root_is_named() {
    let authority = Authority::new();
    for versions in [&[&TLS13], &[&TLS12]] {
        let server = Server::answering(Some(authority.server(None, versions)), answer("200 OK", "{}")).await;
        assert_eq!(send(&server, &trusting(&authority)).await, Ok(200));
    }
}

#[tokio::test]
async fn an_untrusted_certificate_proves_not_sent() {
    let server = Server::answering(
        Some(Authority::new().server(None, &[&TLS13, &TLS12])),
        answer("200 OK", "{}"),
    )
    .await;
    let fault = send(&server, &trusting(&Authority::new())).await.unwrap_err();
    assert_eq!(fault.certainty, Certainty::NotSent);
    assert!(
        fault
            .detail
            .contains("the certificate of localhost is not trusted"),
        "{fault}"
    );
    assert_eq!(server.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    let (authority, clients) = (Authority::new(), Authority::new());
    for versions in [&[&TLS13], &[&TLS12]] {
        let server = Server::answering(
            Some(authority.server(Some(&clients), versions)),
            answer("200 OK", "{}"),
        )
        .await;
        let ours = as_client(trusting(&authority), clients.sign("shop"));
        assert_eq!(send(&server, &ours).await, Ok(200));
    }
}

#[tokio::test]
async fn a_refused_client_certificate_is_unknown_with_tls_1_3() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = Server::answering(
        Some(authority.server(Some(&clients), &[&TLS13])),
        answer("200 OK", "{}"),
    )
    .await;
    let stranger = as_client(trusting(&authority), Authority::new().sign("shop"));
    for ours in [stranger, trusting(&authority)] {
        let fault = send(&server, &ours).await.unwrap_err();
        assert_eq!(
            (fault.certainty, fault.code),
            (Certainty::Unknown, Code::ProviderLogin),
            "{fault}"
        );
        assert!(fault.detail.contains("client certificate"), "{fault}");
    }
    assert_eq!(server.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_client_certificate_is_not_sent_with_tls_1_2() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = Server::answering(
        Some(authority.server(Some(&clients), &[&TLS12])),
        answer("200 OK", "{}"),
    )
    .await;
    let fault = send(&server, &trusting(&authority)).await.unwrap_err();
    assert_eq!(fault.certainty, Certainty::NotSent);
    assert!(fault.detail.contains("client certificate"), "{fault}");
}

#[tokio::test]
async fn bad_pem_is_named_before_anything_is_sent() {
    let server = Server::answering(None, answer("200 OK", "{}")).await;
    let broken = Transport {
        ca: Some("not a certificate".into()),
        ..transport()
    };
    let fault = send(&server, &broken).await.unwrap_err();
    assert_eq!(
        (fault.certainty, fault.code),
        (Certainty::NotSent, Code::NotConfigured)
    );
    assert!(fault.detail.contains("BEGIN CERTIFICATE"), "{fault}");
    assert_eq!(server.connections(), 0);
}
