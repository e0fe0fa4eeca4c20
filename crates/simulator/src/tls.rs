//! Certificates: an authority of the simulator's own, the server's certificate, client certificates for tests.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use secrecy::SecretString;

use crate::server::{ClientAuth, StartError};

/// A client certificate with its key, for mTLS.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// The certificate chain, PEM.
    pub chain_pem: String,
    /// The private key, PEM (PKCS#8).
    pub key_pem: SecretString,
}

/// The simulator's certificate authority, made anew at each start.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn generate() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Simulated bank CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            pem,
        })
    }

    pub(crate) fn issue_client(&self, name: &str) -> Result<ClientIdentity, rcgen::Error> {
        let (chain_pem, key) = self.issue(name, Vec::new(), ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(ClientIdentity {
            chain_pem,
            key_pem: SecretString::from(key.serialize_pem()),
        })
    }

    fn issue(
        &self,
        name: &str,
        hosts: Vec<String>,
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<(String, KeyPair), rcgen::Error> {
        let mut params = CertificateParams::new(hosts)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key))
    }

    /// TLS settings of the bank's door. The certificate is good for this address and for `localhost`.
    pub(crate) fn server_config(&self, ip: IpAddr, clients: &ClientAuth) -> Result<ServerConfig, StartError> {
        let hosts = vec![ip.to_string(), "localhost".to_owned()];
        let (chain, key) = self.issue("simulated bank", hosts, ExtendedKeyUsagePurpose::ServerAuth)?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| StartError::Key)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
        let trusted = match clients {
            ClientAuth::NotAsked => None,
            ClientAuth::OwnCa => Some(roots(&self.pem)?),
            ClientAuth::Ca(pem) => Some(roots(pem)?),
        };
        let builder = match trusted {
            None => builder.with_no_client_auth(),
            Some(trusted) => builder.with_client_cert_verifier(
                WebPkiClientVerifier::builder_with_provider(Arc::new(trusted), provider).build()?,
            ),
        };
        Ok(builder.with_single_cert(certificates(&chain)?, key)?)
    }
}

/// The certificates of a PEM text.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, StartError> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| StartError::Pem)
}

/// A root store of the certificates of a PEM text.
pub(crate) fn roots(pem: &str) -> Result<RootCertStore, StartError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem)? {
        store.add(certificate)?;
    }
    Ok(store)
}
