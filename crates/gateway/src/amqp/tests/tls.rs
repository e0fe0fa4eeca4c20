//! The wire under TLS: a proxy with a certificate of its own stands before the broker.

use super::{DIRECT, Scene, address, broker_url, disconnected, next};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Serves TLS for `localhost` before the broker. Returns the port and the certificate (PEM).
async fn tls_before_the_broker() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let uri: lapin::uri::AMQPUri = broker_url().parse().unwrap();
    let target = (uri.authority.host, uri.authority.port);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (near, _) = listener.accept().await.unwrap();
            let (acceptor, target) = (acceptor.clone(), target.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate breaks off here.
                let Ok(mut near) = acceptor.accept(near).await else {
                    return;
                };
                let mut far = TcpStream::connect(target).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    (port, made.cert.pem())
}

#[tokio::test]
async fn a_broker_is_served_over_tls_with_a_certificate_authority_of_its_own() {
    let mut scene = Scene::new().await;
    let (port, ca) = tls_before_the_broker().await;
    let user = broker_url()
        .parse::<lapin::uri::AMQPUri>()
        .unwrap()
        .authority
        .userinfo;
    let url = format!("amqps://{}:{}@localhost:{port}/%2f", user.username, user.password);
    scene.options.addresses = vec![address(&url)];

    let untrusting = scene.open();
    let state = disconnected(&untrusting).await;
    assert!(
        state.contains(&format!("amqps://{}@localhost:{port}", user.username)),
        "{state}"
    );
    untrusting.stop().await;

    scene.options.ca_pem = Some(ca);
    let door = scene.serve().await;
    let mut replies = scene.listen_directly().await;
    scene.ask("p1", DIRECT).await;
    next(&mut replies).await;
    scene.clear(door).await;
}
