//! Encryption by certificates that lie in files, and are read again when they change.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::RwLock;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOKED_AT: Duration = Duration::from_secs(10);

/// Certificates and what encrypts with them. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    certificates: Arc<Certificates>,
    acceptor: TlsAcceptor,
}

struct Certificates {
    files: Vec<Files>,
    read: RwLock<Read>,
}

/// A certificate with those that vouch for it, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

struct Read {
    keys: Vec<Arc<CertifiedKey>>,
    seen: Vec<Option<SystemTime>>,
}

impl Tls {
    /// Reads the certificates, or says in a sentence what is wrong with them. Whoever asks for a host gets the first that
    /// is for it; whoever names none, or one that none is for, gets the first of all.
    pub fn open(files: Vec<Files>) -> Result<Self, String> {
        let read = RwLock::new(Read::of(&files)?);
        let certificates = Arc::new(Certificates { files, read });
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|error| error.to_string())?;
        let mut config = config.with_no_client_auth().with_cert_resolver(certificates.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { certificates, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Reads the files again whenever one of them changes, and when the process is told to (SIGHUP). What cannot be used
    /// is said, and the certificates from before stay.
    pub(crate) async fn keep_up(self) -> io::Result<()> {
        let mut told = signal(SignalKind::hangup())?;
        loop {
            if !self.is_told_or_changed(&mut told).await {
                continue;
            }
            match Read::of(&self.certificates.files) {
                Ok(read) => {
                    *self.certificates.read.write() = read;
                    tracing::info!("The certificates were read again");
                }
                Err(sentence) => {
                    // Until they change once more.
                    self.certificates.read.write().seen = seen(&self.certificates.files);
                    tracing::error!("{sentence} The certificates from before are still in use.");
                }
            }
        }
    }

    async fn is_told_or_changed(&self, told: &mut Signal) -> bool {
        tokio::select! {
            _ = told.recv() => true,
            () = tokio::time::sleep(LOOKED_AT) => {
                let now = seen(&self.certificates.files);
                self.certificates.read.read().seen != now
            }
        }
    }
}

impl Read {
    fn of(files: &[Files]) -> Result<Self, String> {
        // Looked at before they are read: what is written meanwhile is read once more.
        let seen = seen(files);
        let keys = files.iter().map(Files::read).collect::<Result<_, String>>()?;
        Ok(Self { keys, seen })
    }
}

fn seen(files: &[Files]) -> Vec<Option<SystemTime>> {
    let paths = files.iter().flat_map(|files| [&files.certificate, &files.key]);
    paths.map(|path| std::fs::metadata(path).and_then(|found| found.modified()).ok()).collect()
}

impl Files {
    fn read(&self) -> Result<Arc<CertifiedKey>, String> {
        let Self { certificate, key } = self;
        let unusable = |path: &Path, what: &str, why: &dyn fmt::Display| {
            format!("{} cannot be used as {what}: {why}. It must be a PEM file.", path.display())
        };
        let wrong = |why: &dyn fmt::Display| unusable(certificate, "a certificate", why);
        let chain = CertificateDer::pem_file_iter(certificate).map_err(|error| wrong(&error))?;
        let chain = chain.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
        if chain.is_empty() {
            return Err(wrong(&"there is none in it"));
        }
        let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, "its key", &error))?;
        let pair = CertifiedKey::from_der(chain, secret, &default_provider());
        let pair = pair.map_err(|error| {
            let (certificate, key) = (certificate.display(), key.display());
            format!("The certificate {certificate} and the key {key} do not go together: {error}.")
        })?;
        Ok(Arc::new(pair))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let read = self.read.read();
        let named = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let fits = |pair: &&Arc<CertifiedKey>| named.as_ref().is_some_and(|name| is_for(pair, name));
        read.keys.iter().find(fits).or(read.keys.first()).cloned()
    }
}

fn is_for(pair: &CertifiedKey, name: &ServerName<'_>) -> bool {
    let read = pair.cert.first().map(rustls::server::ParsedCertificate::try_from);
    read.and_then(Result::ok)
        .is_some_and(|certificate| rustls::client::verify_server_name(&certificate, name).is_ok())
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("files", &self.files).finish_non_exhaustive()
    }
}
