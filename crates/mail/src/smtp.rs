//! A server that takes letters.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::letter::mailbox;
use crate::retry::retrying;
use crate::{Letter, MailError, Post, Sending, Sent, Settings};

/// What a server answers to a name and a password that it does not take, or misses (RFC 4954).
const CREDENTIALS: [u16; 4] = [530, 534, 535, 538];

/// A connection for each letter; encrypted always, unless the server is this machine itself.
pub struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    /// What may be printed of the address.
    host: String,
    sender: Mailbox,
    settings: Settings,
}

impl Smtp {
    /// `smtp://` encrypts by STARTTLS (port 587), except to a loopback address (port 25), where `?tls=required` asks for
    /// it; `smtps://` encrypts from the first byte (port 465). Name and password are percent-encoded.
    pub fn open(address: &str, settings: Settings) -> Result<Self, MailError> {
        let sender = mailbox("from", &settings.from)?;
        let address = Where::read(address)?;
        let (tls, port) = match address.encrypts {
            Encrypts::Never => (Tls::None, 25),
            Encrypts::Later => (Tls::Required(address.tls(&settings)?), 587),
            Encrypts::Always => (Tls::Wrapper(address.tls(&settings)?), 465),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&address.host)
            .port(address.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(settings.timeout))
            .hello_name(ClientId::Domain(sender.email.domain().to_owned()));
        if let Some((name, password)) = address.credentials {
            builder = builder.credentials(Credentials::new(name, password));
        }
        Ok(Self { server: builder.build(), host: address.host, sender, settings })
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Post for Smtp {
    fn send<'a>(&'a self, letter: &'a Letter, now: Duration) -> Sending<'a> {
        Box::pin(async move {
            let written = letter.write(&self.sender, now)?;
            let (envelope, bytes) = (written.message.envelope(), written.message.formatted());
            let Settings { tries, pause, timeout, .. } = self.settings;
            let answer = retrying(tries, pause, || async {
                match tokio::time::timeout(timeout, self.server.send_raw(envelope, &bytes)).await {
                    Ok(answer) => answer.map_err(|why| failure(&why)),
                    Err(_) => Err(MailError::Unreachable { why: format!("no answer within {timeout:?}") }),
                }
            });
            let answer = answer.await?.message().collect::<Vec<_>>().join(" ");
            Ok(Sent { message_id: written.id, answer })
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encrypts {
    Never,
    Later,
    Always,
}

struct Where {
    host: String,
    port: Option<u16>,
    encrypts: Encrypts,
    credentials: Option<(String, String)>,
}

impl Where {
    fn read(address: &str) -> Result<Self, MailError> {
        let refused = |why| MailError::PostAddress { why };
        let url = Url::parse(address).map_err(|_| refused("it is not a URL"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err(refused("it names no host"));
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(refused("something follows the host that is neither a port nor ?tls=required"));
        }
        let asked = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err(refused("the only thing to ask for behind the host is ?tls=required")),
        };
        let encrypts = match url.scheme() {
            "smtps" => Encrypts::Always,
            _ if asked || !is_loopback(&host) => Encrypts::Later,
            _ => Encrypts::Never,
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (name, Some(password)) if !name.is_empty() => Some((decoded(name)?, decoded(password)?)),
            _ => return Err(refused("a name and a password come together")),
        };
        Ok(Self { host, port: url.port(), encrypts, credentials })
    }

    fn tls(&self, settings: &Settings) -> Result<TlsParameters, MailError> {
        let refused = |why| MailError::PostAddress { why };
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &settings.certificates {
            let unreadable = "the certificates that were given with it are not PEM";
            if !pem.contains("-----BEGIN CERTIFICATE-----") {
                return Err(refused(unreadable));
            }
            let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|_| refused(unreadable))?;
            builder = builder.add_root_certificate(certificate);
        }
        builder
            .build_rustls()
            .map_err(|_| refused("no encryption could be set up for its host and certificates"))
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn decoded(text: &str) -> Result<String, MailError> {
    let decoded = percent_decode_str(text).decode_utf8().ok().filter(|text| !text.contains(char::is_control));
    let why = "the name and the password are percent-encoded text without control characters";
    decoded.map(|text| text.into_owned()).ok_or(MailError::PostAddress { why })
}

fn failure(why: &Error) -> MailError {
    let reply = || why.source().map(ToString::to_string).unwrap_or_default();
    match why.status().map(u16::from) {
        Some(code) if CREDENTIALS.contains(&code) => MailError::CredentialsRefused { code, reply: reply() },
        Some(code) if why.is_permanent() => MailError::Refused { code, reply: reply() },
        Some(code) => MailError::TryLater { code, reply: reply() },
        None if why.is_tls() || is_about_certificates(why) => MailError::Untrusted { why: reply() },
        None if why.is_client() => MailError::Unfit { why: reply() },
        None => MailError::Unreachable { why: why.to_string() },
    }
}

/// A handshake that fails comes as a failed connection, with the reason somewhere inside.
fn is_about_certificates(why: &Error) -> bool {
    let mut source = why.source();
    while let Some(inner) = source {
        let carried = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if carried.is_some_and(|carried| carried.is::<rustls::Error>()) {
            return true;
        }
        source = inner.source();
    }
    false
}
