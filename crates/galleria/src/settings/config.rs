//! Settings: from a file, then the environment, then the command line; later ones win. A wrong one is refused by name.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use blobs::Place;
use edge::ModuleSettings;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::Dict;
use limits::{Limiter, LimitsError, Memory, Networks, SharedOptions};
use outbound::Allowed;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The platform's own settings, and those of its modules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Whether this node also does what nobody waits for: letters, partners, what is due. Of the nodes on one database some
    /// may only answer, as long as one does the rest.
    pub background: bool,
    /// The file of keys that personal data is locked with; in the data folder when left out.
    pub key_file: Option<PathBuf>,
    /// Shops answer at `<slug>.<base domain>`.
    pub base_domain: String,
    /// A tenant that nobody asked for so long is put to sleep.
    pub asleep_after_seconds: u64,
    /// Tenants awake at once, at the most.
    pub awake_at_most: usize,
    /// A certificate to serve HTTPS with, as a PEM file, or several with commas between; plain HTTP without one.
    pub tls_certificate: Option<String>,
    /// Its key, as a PEM file; as many as there are certificates.
    pub tls_key: Option<String>,
    /// Where plain HTTP is led on to HTTPS.
    pub redirect_listen: Option<SocketAddr>,
    /// Where Prometheus asks, when it is not to be at the platform's own address for those nearby.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether people sign in and fill carts by plain HTTP, where everybody on the way can read along and take over.
    pub unencrypted_sessions: bool,
    /// Whether the platform's own front page names every shop.
    pub list_shops: bool,
    /// Connections at once; a part of the files that the process may open when left out.
    pub connections_at_most: Option<usize>,
    /// From one address that is no trusted proxy's; never more than half of all.
    pub connections_per_address: usize,
    /// How long a connection may take until its first request is there.
    pub first_request_seconds: u64,
    /// How long it may be silent afterwards. What stands in front must give up sooner.
    pub idle_seconds: u64,
    /// Files that are taken in at once, each with up to 32 MiB of memory; the others wait.
    pub uploads_at_once: usize,
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// How long a request may take.
    pub time_limit_seconds: u64,
    /// Who takes letters to people: folder:/a/path, smtp://name:password@host:587 or smtps://…; a folder named mail in the
    /// data folder when left out.
    pub mail: Option<String>,
    /// Who writes them.
    pub mail_from: String,
    /// Where people find a shop's pages, with {shop} in the place of its name.
    pub shop_address: Option<String>,
    /// A Redis in which all nodes count together how often somebody asks; each counts for itself without it.
    pub redis_url: Option<String>,
    /// Networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 10.0.0.0/8.
    pub trusted_proxies: String,
    /// Networks from which operators may come; from everywhere when left out.
    pub operator_networks: String,
    /// Requests a minute of an account, a key, or an address that nobody knows; 0 for as many as they like.
    pub client_limit: u32,
    /// Of a program with the role service.
    pub service_limit: u32,
    /// For one tenant.
    pub tenant_limit: u32,
    /// Guesses a minute, at passwords, codes and keys, from one address.
    pub guess_limit: u32,
    /// Private networks, addresses and hosts that may be asked although they are private, with commas between: a
    /// company's own issuer of sign-ins.
    pub outside_allow: Option<String>,
    /// Whether those may be asked without encryption.
    pub outside_allow_http: bool,
    /// Who is asked whether a VAT number is in use: the European Union's register when left out, nobody when empty.
    pub vat_register: String,
    /// From when on nobody should begin with version 1 of the API: 2027-01-01T00:00:00Z.
    pub v1_deprecated: Option<String>,
    /// From when on it may be gone.
    pub v1_sunset: Option<String>,
    /// How long to go on serving after being told to stop.
    pub drain_wait_seconds: u64,
    /// What is logged: a level, or a filter such as info,galleria::request=debug.
    pub log: String,
    /// What the modules have settings for, each under its name.
    #[serde(skip)]
    pub of_modules: Value,
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
            background: true,
            key_file: None,
            base_domain: "localhost".into(),
            asleep_after_seconds: 60,
            awake_at_most: 2000,
            tls_certificate: None,
            tls_key: None,
            redirect_listen: None,
            metrics_listen: None,
            unencrypted_sessions: false,
            list_shops: false,
            connections_at_most: None,
            connections_per_address: 256,
            first_request_seconds: 15,
            idle_seconds: 75,
            uploads_at_once: 16,
            body_limit: 1024 * 1024,
            time_limit_seconds: 30,
            mail: None,
            mail_from: "Galleria <galleria@localhost.invalid>".into(),
            shop_address: None,
            redis_url: None,
            trusted_proxies: String::new(),
            operator_networks: String::new(),
            client_limit: 1000,
            service_limit: 6000,
            tenant_limit: 60_000,
            guess_limit: 60,
            outside_allow: None,
            outside_allow_http: false,
            vat_register: "https://ec.europa.eu/taxation_customs/vies/rest-api".into(),
            v1_deprecated: None,
            v1_sunset: None,
            drain_wait_seconds: 0,
            log: "info".into(),
            of_modules: Value::Null,
        }
    }
}

impl Config {
    /// Where the keys are. A database that many nodes share has no folder of its own to keep them in.
    pub fn key_file(&self) -> Option<PathBuf> {
        let beside = || self.database_url.is_none().then(|| self.data.join("galleria.keys"));
        self.key_file.clone().or_else(beside)
    }

    /// Sets what a module has a setting for.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.of_modules[name] = value.into();
    }

    /// The settings of a module.
    pub fn of<S: DeserializeOwned>(&self) -> Result<S, String> {
        serde_json::from_value(self.of_modules.clone())
            .map_err(|error| format!("A setting cannot be read: {error}."))
    }

    /// Where files are kept. A database that many nodes share has no folder of its own for them, either.
    pub fn files(&self) -> Result<Option<Place>, String> {
        let beside = || self.database_url.is_none().then(|| self.data.join("files").display().to_string());
        self.of::<files::Settings>()?.place(beside())
    }

    /// Where this node keeps its indexes: its own, also of a database that many nodes share.
    pub fn search(&self) -> Result<PathBuf, String> {
        Ok(self.of::<search::Settings>()?.search.unwrap_or_else(|| self.data.join("search")))
    }

    /// Where letters go. A database that many nodes share has no folder of its own for them, either.
    pub fn mail(&self) -> Option<String> {
        let beside = || format!("folder:{}", self.data.join("mail").display());
        self.mail.clone().or_else(|| self.database_url.is_none().then(beside))
    }

    pub fn outside_allow(&self) -> Result<Vec<Allowed>, String> {
        let texts = self.outside_allow.iter().flat_map(|texts| texts.split(',')).map(str::trim);
        texts
            .filter(|text| !text.is_empty())
            .map(|text| {
                Allowed::parse(text).map_err(|_| {
                    format!("The setting outside_allow holds {text:?}; it may hold networks such as 10.1.0.0/16, addresses, and hosts such as login.intern.")
                })
            })
            .collect()
    }

    /// The proxies whose word is believed.
    pub fn proxies(&self) -> Result<edge::TrustedProxies, String> {
        let networks = networks("trusted_proxies", &self.trusted_proxies)?;
        edge::TrustedProxies::new(networks)
            .map_err(|error| format!("The setting trusted_proxies cannot be used. {error}"))
    }

    /// When version 1 of the API ends, once that is known.
    pub fn farewell(&self) -> Result<edge::Farewell, String> {
        let time = |name: &str, text: &Option<String>| {
            let read = |text: &String| {
                text.parse().map_err(|error| format!("The setting {name} is {text:?}; {error}."))
            };
            text.as_ref().map(read).transpose()
        };
        Ok(edge::Farewell {
            deprecated: time("v1_deprecated", &self.v1_deprecated)?,
            sunset: time("v1_sunset", &self.v1_sunset)?,
        })
    }

    /// From where operators may come.
    pub fn operator_networks(&self) -> Result<Networks, String> {
        networks("operator_networks", &self.operator_networks)
    }

    pub async fn edge(&self) -> Result<edge::Settings, String> {
        let limits = edge::Limits {
            client: self.client_limit,
            service: self.service_limit,
            tenant: self.tenant_limit,
            guesses: self.guess_limit,
        };
        let usual = edge::Settings::default();
        let limiter = match &self.redis_url {
            None => usual.limiter.clone(),
            Some(url) => Limiter::shared(url, SharedOptions::default(), Memory::default())
                .await
                .map_err(|error| error.to_string())?,
        };
        Ok(edge::Settings {
            base_domain: self.base_domain.clone(),
            body_limit: self.body_limit,
            time_limit: Duration::from_secs(self.time_limit_seconds),
            upload_time_limit: Duration::from_secs(
                self.time_limit_seconds + self.of::<files::Settings>()?.file_limit / SLOWEST_UPLOAD,
            ),
            drain_wait: Duration::from_secs(self.drain_wait_seconds),
            farewell: self.farewell()?,
            proxies: self.proxies()?,
            operator_networks: self.operator_networks()?,
            connections: self.connection_limits(),
            unencrypted_sessions: self.unencrypted_sessions,
            list_shops: self.list_shops,
            metrics_apart: self.metrics_listen.is_some(),
            uploads: self.uploads_at_once,
            limits,
            limiter,
            ..usual
        })
    }
}

/// A sender whose line carries fewer bytes a second than this is not waited for.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// Environment variables that begin like settings and are none.
const NOT_SETTINGS: &[&str] = &["app_password", "faults", "config"];

/// Reads the settings, the modules' among them: from a file, the environment, and what was typed.
pub fn read(
    file: Option<&Path>,
    typed: impl Serialize,
    modules: &[ModuleSettings],
) -> Result<Config, String> {
    let known = known(modules);
    let mut figment = Figment::from(Serialized::defaults(&known));
    if let Some(path) = file {
        if !path.exists() {
            return Err(format!("There is no configuration file {}. Check --config.", path.display()));
        }
        figment = figment.merge(Toml::file_exact(path));
    } else {
        figment = figment.merge(Toml::file("galleria.toml"));
    }
    let figment =
        figment.merge(Env::prefixed("GALLERIA_").ignore(NOT_SETTINGS)).merge(Serialized::globals(typed));
    let given: Dict = figment.extract().map_err(|error| refused(&error))?;
    if let Some(name) = given.keys().find(|name| !known.contains_key(*name)) {
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let (source, names) = (source(&figment, name), names.join(", "));
        return Err(format!("There is no setting {name:?}{source}. The settings are: {names}."));
    }
    let mut config: Config = figment.extract().map_err(|error| refused(&error))?;
    config.of_modules = figment.extract().map_err(|error| refused(&error))?;
    for settings in modules {
        (settings.check)(&config.of_modules).map_err(|(name, why)| {
            format!("The setting {name:?}{} cannot be read: {why}.", source(&figment, &name))
        })?;
    }
    check(config)
}

/// Where a setting was written, for a sentence.
fn source(figment: &Figment, name: &str) -> String {
    figment.find_metadata(name).map_or_else(String::new, |source| format!(" (from {})", source.name))
}

/// Every setting there is, with what it is when nobody says otherwise.
fn known(modules: &[ModuleSettings]) -> serde_json::Map<String, Value> {
    let own = serde_json::to_value(Config::default()).unwrap_or_default();
    let of_modules = modules.iter().map(|settings| (settings.known)());
    let all = std::iter::once(own).chain(of_modules);
    all.filter_map(|settings| settings.as_object().cloned()).flatten().collect()
}

fn networks(name: &str, text: &str) -> Result<Networks, String> {
    text.parse().map_err(|error: LimitsError| format!("The setting {name} cannot be used. {error}"))
}

fn check(config: Config) -> Result<Config, String> {
    let wrong = |name: &str, given: String, may: &str| {
        Err(format!("The setting {name} is {given}; it may be {may}."))
    };
    if !(1..=500).contains(&config.database_connections) {
        return wrong("database_connections", config.database_connections.to_string(), "1 to 500");
    }
    if !config.background && config.database_url.is_none() {
        return wrong(
            "background",
            "false".into(),
            "true for a data folder, where nobody else does that work; nodes on one database can share it",
        );
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
    let files = config.of::<files::Settings>()?;
    if !(1024..=68_719_476_736).contains(&files.file_limit) {
        return wrong("file_limit", files.file_limit.to_string(), "1024 to 68719476736 bytes");
    }
    config.files()?;
    config.proxies()?;
    config.operator_networks()?;
    config.outside_allow()?;
    config.farewell()?;
    config.check_listening()?;
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
    match &error.kind {
        kind if name == "listen" || name.ends_with("_listen") => format!(
            "The setting {name}{source} cannot be read ({kind}). Write an address and a port, such as 127.0.0.1:8080."
        ),
        kind => format!("The setting {name:?}{source} cannot be read: {kind}."),
    }
}
