//! How shops are reached: where to listen, by which certificates, and what people type to come to a shop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use edge::{ConnectionLimits, Entrances, Files, Tls};
use serde::Serialize;

use crate::settings::config::Config;

/// The flags for it on the command line.
#[derive(Debug, Clone, Args, Serialize)]
pub struct ListenFlags {
    /// A certificate to serve HTTPS with, as a PEM file; it is read again when it changes. Several with commas between.
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_certificate: Option<String>,

    /// The certificate's key, as a PEM file; as many as there are certificates.
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_key: Option<String>,

    /// Where plain HTTP is led on to HTTPS: an address and a port.
    #[arg(long, global = true, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_listen: Option<SocketAddr>,

    /// Let people sign in and fill carts by plain HTTP, where everybody on the way can read along and take over.
    #[arg(long, global = true, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    unencrypted_sessions: Option<bool>,

    /// Name every shop on the platform's own front page.
    #[arg(long, global = true, num_args = 0, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    list_shops: Option<bool>,
}

impl Config {
    /// The address of a shop's pages, as people type it; the platform's own without a shop's name.
    pub fn addresses(&self) -> identity::Addresses {
        let pattern = self.shop_address.clone().unwrap_or_else(|| self.usual_address());
        Arc::new(move |record| match record.slug.as_str() {
            "" => pattern.replace("{shop}.", ""),
            slug => pattern.replace("{shop}", slug),
        })
    }

    /// By the port that serves; or by the usual one of whoever encrypts in front of it.
    fn usual_address(&self) -> String {
        let (base, port) = (&self.base_domain, self.listen.port());
        let (scheme, port) = match (self.tls_certificate.is_some(), self.is_behind_a_proxy()) {
            (true, _) => ("https", Some(port).filter(|port| *port != 443)),
            (false, true) => ("https", None),
            (false, false) => ("http", Some(port).filter(|port| *port != 80)),
        };
        format!("{scheme}://{{shop}}.{base}{}", port.map_or(String::new(), |port| format!(":{port}")))
    }

    /// What is tried out on one's own machine is asked there, whoever else is trusted.
    fn is_behind_a_proxy(&self) -> bool {
        !self.trusted_proxies.trim().is_empty() && self.base_domain != "localhost"
    }

    /// The files of the certificates, each with its key.
    fn certificates(&self) -> Result<Vec<Files>, String> {
        let paths = |names: &Option<String>| {
            let names = names.iter().flat_map(|names| names.split(',')).map(str::trim);
            names.filter(|name| !name.is_empty()).map(PathBuf::from).collect::<Vec<_>>()
        };
        let (certificates, keys) = (paths(&self.tls_certificate), paths(&self.tls_key));
        if certificates.len() != keys.len() {
            return Err(format!(
                "The settings tls_certificate and tls_key do not name as many files ({} and {}). Each certificate has its key: name both in the same order.",
                certificates.len(),
                keys.len()
            ));
        }
        Ok(certificates.into_iter().zip(keys).map(|(certificate, key)| Files { certificate, key }).collect())
    }

    /// Takes every address that is listened on.
    pub async fn entrances(&self) -> Result<Entrances, String> {
        let certificates = self.certificates()?;
        let tls = if certificates.is_empty() { None } else { Some(Tls::open(certificates)?) };
        if tls.is_none() && self.redirect_listen.is_some() {
            return Err("The setting redirect_listen leads on to HTTPS, and there is no certificate. Name one with tls_certificate and tls_key.".into());
        }
        let main = edge::listen(self.listen, "--listen").await?;
        let plain = match self.redirect_listen {
            Some(address) => Some(edge::listen(address, "redirect_listen").await?),
            None => None,
        };
        let metrics = match self.metrics_listen {
            Some(address) => Some(edge::listen(address, "metrics_listen").await?),
            None => None,
        };
        Ok(Entrances { main, tls, plain, metrics })
    }

    /// What whoever starts this must know about who can come in, and how.
    pub fn warning(&self) -> Option<String> {
        if self.tls_certificate.is_some() || self.base_domain == "localhost" {
            return None;
        }
        let at = (self.addresses())(&store::TenantRecord::platform());
        if self.unencrypted_sessions {
            return Some(format!(
                "Sessions and carts are not encrypted (unencrypted_sessions): whoever reads along on the way to {at} can take them over. Passkeys and signing in at other places do not work like this."
            ));
        }
        (!self.is_behind_a_proxy()).then(|| format!(
            "Nobody can sign in or fill a cart at {at}: browsers keep sessions and carts only for pages that come by https. Name a certificate (--tls-certificate and --tls-key), or the proxy that encrypts in front (trusted_proxies); on a network where everybody may read along, --unencrypted-sessions does without."
        ))
    }

    /// How many may be connected: a part of the descriptors that the process has, for files and databases need some, too.
    pub fn connection_limits(&self) -> ConnectionLimits {
        let at_most = self.connections_at_most.unwrap_or_else(|| {
            let files = if self.database_url.is_some() { descriptors() * 3 / 4 } else { descriptors() / 2 };
            files.saturating_sub(64).max(16)
        });
        ConnectionLimits {
            at_most,
            per_address: self.connections_per_address,
            first_request: Duration::from_secs(self.first_request_seconds),
            idle: Duration::from_secs(self.idle_seconds),
        }
    }

    pub fn check_listening(&self) -> Result<(), String> {
        self.certificates()?;
        let most = descriptors().saturating_sub(64).max(16);
        if self.connections_at_most.is_some_and(|many| !(16..=most).contains(&many)) {
            return Err(format!(
                "The setting connections_at_most is {}; with the {} files that this process may open (ulimit -n) it may be 16 to {most}.",
                self.connections_at_most.unwrap_or_default(),
                descriptors()
            ));
        }
        for (name, given, most) in [
            ("first_request_seconds", self.first_request_seconds, 3600),
            ("idle_seconds", self.idle_seconds, 86_400),
            ("connections_per_address", self.connections_per_address as u64, 1_000_000),
            ("uploads_at_once", self.uploads_at_once as u64, 1000),
        ] {
            if !(1..=most).contains(&given) {
                return Err(format!("The setting {name} is {given}; it may be 1 to {most}."));
            }
        }
        if self.shop_address.as_ref().is_some_and(|address| !address.contains("{shop}")) {
            return Err(format!(
                "The setting shop_address is {:?}; it may be an address such as https://{{shop}}.example.com.",
                self.shop_address
            ));
        }
        Ok(())
    }
}

/// The files that the system lets us have open, connections among them.
pub fn descriptors() -> usize {
    let files = rlimit::increase_nofile_limit(1 << 17).unwrap_or(1024);
    usize::try_from(files).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::TenantRecord;

    fn platform(change: impl FnOnce(&mut Config)) -> String {
        let mut config = Config { base_domain: "shop.test".into(), ..Config::default() };
        change(&mut config);
        (config.addresses())(&TenantRecord::platform())
    }

    #[test]
    fn links_lead_to_the_port_that_serves_or_to_whoever_stands_in_front() {
        assert_eq!(platform(|_| {}), "http://shop.test:8080");
        assert_eq!(platform(|config| config.listen.set_port(80)), "http://shop.test");
        assert_eq!(
            platform(|config| config.tls_certificate = Some("a.pem".into())),
            "https://shop.test:8080"
        );
        assert_eq!(platform(|config| config.trusted_proxies = "10.0.0.0/8".into()), "https://shop.test");
        assert_eq!(
            platform(|config| config.shop_address = Some("https://{shop}.a.example".into())),
            "https://a.example"
        );
    }

    #[test]
    fn each_certificate_has_its_key() {
        let config = Config {
            tls_certificate: Some("a.pem, b.pem".into()),
            tls_key: Some("a.key".into()),
            ..Config::default()
        };
        assert!(config.check_listening().unwrap_err().contains("do not name as many files (2 and 1)"));
    }
}
