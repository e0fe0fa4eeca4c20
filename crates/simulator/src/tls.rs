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
use secrecy::{ExposeSecret, SecretString};

use crate::server::{ClientAuth, StartError};

/// A client certificate with its key, for mTLS.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// The certificate chain, PEM.
    pub chain_pem: String,
    /// The private key, PEM (PKCS#8).
    pub key_pem: SecretString,
}

impl ClientIdentity {
    /// The first certificate of the chain, DER: what a server sees of it.
    pub fn leaf(&self) -> Result<Vec<u8>, StartError> {
        let chain = certificates(&self.chain_pem)?;
        let leaf = chain.first().ok_or(StartError::Pem)?;
        Ok(leaf.to_vec())
    }
}

/// A certificate authority, made anew each time.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, PEM.
    pub pem: String,
}

impl Authority {
    /// Makes one.
    pub fn generate() -> Result<Self, rcgen::Error> {
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

    /// Issues a client certificate for a new key.
    pub fn issue_client(&self, name: &str) -> Result<ClientIdentity, rcgen::Error> {
        self.client(name, &KeyPair::generate()?)
    }

    /// Issues a client certificate for this key: RSA or elliptic, PEM (PKCS#8).
    pub fn issue_client_for(
        &self,
        name: &str,
        key_pem: &SecretString,
    ) -> Result<ClientIdentity, rcgen::Error> {
        self.client(name, &KeyPair::from_pem(key_pem.expose_secret())?)
    }

    fn client(&self, name: &str, key: &KeyPair) -> Result<ClientIdentity, rcgen::Error> {
        let chain_pem = self.issue(name, Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, key)?;
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
        key: &KeyPair,
    ) -> Result<String, rcgen::Error> {
        let mut params = CertificateParams::new(hosts)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        Ok(params.signed_by(key, &self.issuer)?.pem())
    }

    /// TLS settings of the bank's door. The certificate is good for this address and for `localhost`.
    pub(crate) fn server_config(&self, ip: IpAddr, clients: &ClientAuth) -> Result<ServerConfig, StartError> {
        let hosts = vec![ip.to_string(), "localhost".to_owned()];
        let key = KeyPair::generate()?;
        let chain = self.issue("simulated bank", hosts, ExtendedKeyUsagePurpose::ServerAuth, &key)?;
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

/// A self-signed certificate of this key (PEM, PKCS#8), PEM.
pub(crate) fn self_signed(name: &str, key_pem: &str) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params.self_signed(&KeyPair::from_pem(key_pem)?)?.pem())
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
