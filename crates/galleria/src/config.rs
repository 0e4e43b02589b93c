//! Settings: from a file, then the environment, then the command line; later ones win. A wrong one is refused by name.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::cli::Cli;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder of the embedded cell.
    pub data: PathBuf,
    /// Where to listen: an address and a port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database server to use instead of the folder.
    pub database_url: Option<String>,
    /// The server's own address, when database_url is a pooler's: nodes wake each other over it.
    pub database_direct_url: Option<String>,
    /// Connections to it, at the most.
    pub database_connections: usize,
    /// Whether it keeps statements prepared; say no behind a pooler in transaction mode that does not know them.
    pub database_prepared: bool,
    /// The file of keys that personal data is locked with; in the data folder when left out.
    pub key_file: Option<PathBuf>,
    /// Shops answer at `<slug>.<base domain>`.
    pub base_domain: String,
    /// A tenant that nobody asked for so long is put to sleep.
    pub asleep_after_seconds: u64,
    /// Tenants awake at once, at the most.
    pub awake_at_most: usize,
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// How long a request may take.
    pub time_limit_seconds: u64,
    /// How long to go on serving after being told to stop.
    pub drain_wait_seconds: u64,
    /// What is logged: a level, or a filter such as info,galleria::request=debug.
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "data".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database_url: None,
            database_direct_url: None,
            database_connections: 16,
            database_prepared: true,
            key_file: None,
            base_domain: "localhost".into(),
            asleep_after_seconds: 60,
            awake_at_most: 2000,
            body_limit: 1024 * 1024,
            time_limit_seconds: 30,
            drain_wait_seconds: 0,
            log: "info".into(),
        }
    }
}

impl Config {
    /// Where the keys are. A database that many nodes share has no folder of its own to keep them in.
    pub fn key_file(&self) -> Option<PathBuf> {
        let beside = || self.database_url.is_none().then(|| self.data.join("galleria.keys"));
        self.key_file.clone().or_else(beside)
    }

    pub fn edge(&self) -> edge::Settings {
        edge::Settings {
            base_domain: self.base_domain.clone(),
            body_limit: self.body_limit,
            time_limit: Duration::from_secs(self.time_limit_seconds),
            drain_wait: Duration::from_secs(self.drain_wait_seconds),
            ..edge::Settings::default()
        }
    }
}

/// Environment variables that begin like settings and are none.
const NOT_SETTINGS: &[&str] = &["app_password", "faults", "config"];

pub fn read(cli: &Cli) -> Result<Config, String> {
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    if let Some(path) = &cli.config {
        if !path.exists() {
            return Err(format!("There is no configuration file {}. Check --config.", path.display()));
        }
        figment = figment.merge(Toml::file_exact(path));
    } else {
        figment = figment.merge(Toml::file("galleria.toml"));
    }
    let figment = figment
        .merge(Env::prefixed("GALLERIA_").ignore(NOT_SETTINGS))
        .merge(Serialized::globals(cli.settings()));
    let config: Config = figment.extract().map_err(|error| refused(&error))?;
    check(config)
}

fn check(config: Config) -> Result<Config, String> {
    let wrong = |name: &str, given: String, may: &str| {
        Err(format!("The setting {name} is {given}; it may be {may}."))
    };
    if !(1..=500).contains(&config.database_connections) {
        return wrong("database_connections", config.database_connections.to_string(), "1 to 500");
    }
    if !(1..=100_000).contains(&config.awake_at_most) {
        return wrong("awake_at_most", config.awake_at_most.to_string(), "1 to 100000");
    }
    if !(1024..=1_073_741_824).contains(&config.body_limit) {
        return wrong("body_limit", config.body_limit.to_string(), "1024 to 1073741824 bytes");
    }
    if !(1..=3600).contains(&config.time_limit_seconds) {
        return wrong("time_limit_seconds", config.time_limit_seconds.to_string(), "1 to 3600");
    }
    let domain = &config.base_domain;
    if domain.is_empty()
        || domain.starts_with('.')
        || domain.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b':' || byte == b'/')
    {
        return wrong(
            "base_domain",
            format!("{domain:?}"),
            "a host name in lower case without a port, such as shops.example.com",
        );
    }
    Ok(config)
}

fn refused(error: &figment::Error) -> String {
    let name = error.path.join(".");
    let source =
        error.metadata.as_ref().map(|metadata| format!(" (from {})", metadata.name)).unwrap_or_default();
    let known = "data, listen, database_url, database_direct_url, database_connections, database_prepared, key_file, base_domain, asleep_after_seconds, awake_at_most, body_limit, time_limit_seconds, drain_wait_seconds, log";
    match &error.kind {
        figment::error::Kind::UnknownField(field, _) => {
            format!("There is no setting {field:?}{source}. The settings are: {known}.")
        }
        kind if name == "listen" => format!(
            "The setting listen{source} cannot be read ({kind}). Write an address and a port, such as 127.0.0.1:8080."
        ),
        kind => format!("The setting {name:?}{source} cannot be read: {kind}."),
    }
}
