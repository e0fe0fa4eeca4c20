//! TLS for one transport: whom we trust and who we are.

use connector::provider::{Identity, Transport};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use std::sync::{Arc, OnceLock};

/// Why a transport's certificates cannot be used. Says which setting and what to do; never shows a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The text of the roots is not PEM.
    #[error(
        "the certificates to trust are not readable PEM ({0}); give the text between and with the BEGIN CERTIFICATE and END CERTIFICATE lines"
    )]
    CaUnreadable(String),
    /// The text of the roots has no certificate in it.
    #[error(
        "the certificates to trust hold no BEGIN CERTIFICATE block; give the bank's root certificate as PEM"
    )]
    CaEmpty,
    /// A root cannot be used as one.
    #[error("certificate {position} of those to trust cannot be used as a root: {problem}")]
    CaRejected {
        /// Counted from 1.
        position: usize,
        /// What rustls says.
        problem: String,
    },
    /// No root was given and the system has none.
    #[error(
        "the system has no root certificates{0}; install the package ca-certificates or name the bank's root certificate in the module's settings"
    )]
    NoSystemRoots(String),
    /// The text of our certificate is not PEM.
    #[error("our client certificate is not readable PEM ({0})")]
    CertificateUnreadable(String),
    /// The text of our certificate has no certificate in it.
    #[error("our client certificate holds no BEGIN CERTIFICATE block; was the key given in its place?")]
    CertificateEmpty,
    /// The text of our key has no private key in it.
    #[error(
        "the key of our client certificate cannot be read; it must be an unencrypted PEM block: PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY"
    )]
    KeyUnreadable,
    /// Key and certificate do not belong together, or are of a kind that is not supported.
    #[error("our client certificate and its key cannot be used together: {0}")]
    IdentityRejected(String),
    /// The HTTP client could not be built.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

/// Checks a transport's certificates without connecting anywhere: for `doctor` and for settings that are written.
pub fn check_transport(transport: &Transport) -> Result<(), TransportError> {
    client_config(transport).map(drop)
}

/// TLS 1.2 and 1.3 with the transport's roots (or the system's) and its client certificate.
pub(crate) fn client_config(transport: &Transport) -> Result<ClientConfig, TransportError> {
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    let roots = match &transport.ca {
        Some(pem) => Arc::new(roots_from_pem(pem)?),
        None => system_roots()?,
    };
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&crypto))
        .build()
        .map_err(|error| TransportError::CaUnreadable(error.to_string()))?;
    let builder = ClientConfig::builder_with_provider(crypto)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| TransportError::Client(error.to_string()))?
        .with_webpki_verifier(verifier);
    let mut config = match &transport.identity {
        Some(identity) => with_identity(builder, identity)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn with_identity(
    builder: rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>,
    identity: &Identity,
) -> Result<ClientConfig, TransportError> {
    let chain = certificates(&identity.certificates).map_err(TransportError::CertificateUnreadable)?;
    if chain.is_empty() {
        return Err(TransportError::CertificateEmpty);
    }
    // The parser's own error is not passed on: it may quote a line of the key.
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose_secret().as_bytes())
        .map_err(|_| TransportError::KeyUnreadable)?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| TransportError::IdentityRejected(error.to_string()))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

fn roots_from_pem(pem: &str) -> Result<RootCertStore, TransportError> {
    let found = certificates(pem).map_err(TransportError::CaUnreadable)?;
    if found.is_empty() {
        return Err(TransportError::CaEmpty);
    }
    let mut roots = RootCertStore::empty();
    for (index, certificate) in found.into_iter().enumerate() {
        roots
            .add(certificate)
            .map_err(|error| TransportError::CaRejected {
                position: index + 1,
                problem: error.to_string(),
            })?;
    }
    Ok(roots)
}

/// The system's roots, read once. A failure is not remembered: the package may be installed while we run.
fn system_roots() -> Result<Arc<RootCertStore>, TransportError> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(Arc::clone(roots));
    }
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A system's bundle may hold certificates that rustls does not understand; the others are still good.
    let (added, _ignored) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        let why = loaded
            .errors
            .first()
            .map(|error| format!(" ({error})"))
            .unwrap_or_default();
        return Err(TransportError::NoSystemRoots(why));
    }
    Ok(Arc::clone(ROOTS.get_or_init(|| Arc::new(roots))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    fn transport() -> Transport {
        Transport {
            timeout_ms: 1_000,
            rate_per_s: 0,
            ca: None,
            identity: None,
        }
    }

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn with_identity(certificates: &str, key: &str) -> Transport {
        let (ca, _) = pair();
        Transport {
            ca: Some(ca.into()),
            identity: Some(Arc::new(Identity {
                certificates: certificates.to_owned(),
                key: SecretString::from(key),
            })),
            ..transport()
        }
    }

    #[test]
    fn good_certificates_pass() {
        let (certificate, key) = pair();
        assert_eq!(check_transport(&with_identity(&certificate, &key)), Ok(()));
    }

    #[test]
    fn bad_roots_are_named() {
        let with_ca = |ca: &str| Transport {
            ca: Some(ca.into()),
            ..transport()
        };
        assert_eq!(
            check_transport(&with_ca("nothing here")),
            Err(TransportError::CaEmpty)
        );
        let cut = "-----BEGIN CERTIFICATE-----\nMIIB";
        assert!(matches!(
            check_transport(&with_ca(cut)),
            Err(TransportError::CaUnreadable(_))
        ));
        let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(
            check_transport(&with_ca(nonsense)),
            Err(TransportError::CaRejected { position: 1, .. })
        ));
    }

    #[test]
    fn bad_identities_are_named_and_show_no_key() {
        let (certificate, key) = pair();
        let (_, other_key) = pair();
        assert_eq!(
            check_transport(&with_identity(&key, &key)),
            Err(TransportError::CertificateEmpty)
        );
        assert_eq!(
            check_transport(&with_identity(&certificate, "SUPERSECRETKEY")),
            Err(TransportError::KeyUnreadable)
        );
        let mixed = check_transport(&with_identity(&certificate, &other_key)).unwrap_err();
        assert!(matches!(mixed, TransportError::IdentityRejected(_)), "{mixed}");
        let broken = key.replace('\n', "\nSUPERSECRETKEY!");
        let text = check_transport(&with_identity(&certificate, &broken))
            .unwrap_err()
            .to_string();
        assert!(!text.contains("SUPERSECRETKEY"), "{text}");
    }
}
