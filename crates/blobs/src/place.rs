//! Where blobs are kept, as an operator writes it down.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

/// What an address does not say. Nothing is taken from the environment.
#[derive(Clone, Default)]
pub struct PlaceOptions {
    /// Where the service answers, when that is not Amazon or Microsoft: `https://minio.example.org`, and for a
    /// service that is shaped like Azure with the account at its end, unless the host begins with it.
    pub endpoint: Option<String>,
    /// S3 only; `us-east-1` when it is not said.
    pub region: Option<String>,
    /// S3 only: the access key's id.
    pub key_id: Option<String>,
    /// The secret access key of S3, or the account key of Azure. Without it the role of the machine is used.
    pub secret: Option<String>,
    /// Whether an endpoint of one's own may be spoken to without encryption.
    pub allow_http: bool,
}

/// A folder, a bucket, or a container; perhaps a part of it.
#[derive(Clone)]
pub struct Place(Kind);

#[derive(Clone)]
enum Kind {
    Folder(PathBuf),
    S3 { bucket: String, prefix: Path, options: PlaceOptions },
    Azure { account: String, container: String, prefix: Path, options: PlaceOptions },
}

/// What a place is once it is open.
pub(crate) struct Opened {
    pub store: Arc<dyn ObjectStore>,
    pub prefix: Path,
    pub signs: Signs,
    /// The folder, where it is one.
    pub folder: Option<PathBuf>,
}

/// Who makes signed addresses.
pub(crate) enum Signs {
    We,
    /// Says in the address under which name a browser keeps what it fetches.
    S3(Arc<dyn Signer>),
    Azure(Arc<dyn Signer>),
}

/// How long a service may be silent. There is no limit to a whole transfer: a big one over a thin line takes its time.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECTING: Duration = Duration::from_secs(5);
const TRIES: usize = 4;
const TRYING: Duration = Duration::from_secs(30);

impl Place {
    /// Reads `/var/lib/galleria/blobs`, `file:///var/lib/galleria/blobs`, `s3://bucket/prefix` or
    /// `azure://account/container/prefix`. Nothing is opened yet.
    pub fn parse(url: &str, options: &PlaceOptions) -> Result<Self, String> {
        let Some((scheme, rest)) = url.split_once("://") else { return folder(url) };
        match scheme {
            "file" if rest.starts_with('/') => folder(rest),
            "file" => Err(format!("“{url}” leaves open where the folder is; write file:///the/whole/path.")),
            "s3" => s3(url, rest, options),
            "azure" => azure(url, rest, options),
            _ => Err(format!(
                "“{url}” is no place for files; write the path of a folder, s3://bucket/prefix, or azure://account/container/prefix."
            )),
        }
    }

    pub(crate) fn open(&self) -> Result<Opened, String> {
        let cannot = |why: &dyn fmt::Display| {
            format!("{self} cannot be used to keep files: {why}. Check its settings.")
        };
        match &self.0 {
            Kind::Folder(folder) => {
                make_folder(folder).map_err(|why| cannot(&why))?;
                let store = LocalFileSystem::new_with_prefix(folder).map_err(|why| cannot(&why))?;
                // A reply that was given is durable.
                let store = Arc::new(store.with_fsync(true));
                Ok(Opened { store, prefix: Path::default(), signs: Signs::We, folder: Some(folder.clone()) })
            }
            Kind::S3 { bucket, prefix, options } => {
                encrypt_with_ring();
                let mut builder = AmazonS3Builder::new()
                    .with_bucket_name(bucket)
                    .with_region(options.region.as_deref().unwrap_or("us-east-1"))
                    .with_client_options(client(options))
                    .with_retry(retry());
                if let Some(endpoint) = &options.endpoint {
                    builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
                }
                if let (Some(id), Some(secret)) = (&options.key_id, &options.secret) {
                    builder = builder.with_access_key_id(id).with_secret_access_key(secret);
                }
                let store = Arc::new(builder.build().map_err(|why| cannot(&why))?);
                let signs = Signs::S3(Arc::clone(&store) as Arc<dyn Signer>);
                Ok(Opened { store, prefix: prefix.clone(), signs, folder: None })
            }
            Kind::Azure { account, container, prefix, options } => {
                encrypt_with_ring();
                let mut builder = MicrosoftAzureBuilder::new()
                    .with_account(account)
                    .with_container_name(container)
                    .with_client_options(client(options))
                    .with_retry(retry());
                if let Some(endpoint) = &options.endpoint {
                    builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
                }
                if let Some(secret) = &options.secret {
                    builder = builder.with_access_key(secret);
                }
                let store = Arc::new(builder.build().map_err(|why| cannot(&why))?);
                let signs = Signs::Azure(Arc::clone(&store) as Arc<dyn Signer>);
                Ok(Opened { store, prefix: prefix.clone(), signs, folder: None })
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Folder(folder) => write!(f, "{}", folder.display()),
            Kind::S3 { bucket, prefix, .. } => write!(f, "s3://{bucket}/{prefix}"),
            Kind::Azure { account, container, prefix, .. } => {
                write!(f, "azure://{account}/{container}/{prefix}")
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}

impl fmt::Debug for PlaceOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaceOptions")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("key_id", &self.key_id)
            .field("secret", &self.secret.as_ref().map(|_| "***"))
            .field("allow_http", &self.allow_http)
            .finish()
    }
}

fn folder(path: &str) -> Result<Place, String> {
    if path.trim().is_empty() || path.contains('\0') {
        return Err("No folder is named; write the path of one, as /var/lib/galleria/blobs.".to_owned());
    }
    Ok(Place(Kind::Folder(PathBuf::from(path))))
}

fn s3(url: &str, rest: &str, options: &PlaceOptions) -> Result<Place, String> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if !is_name(bucket, 3..=63, "-.") {
        return Err(format!(
            "“{url}” does not name a bucket; write s3://bucket/prefix, the bucket in 3 to 63 small letters, digits, dashes and dots."
        ));
    }
    if options.key_id.is_some() != options.secret.is_some() {
        return Err(format!(
            "For {url} only one of the access key's id and its secret was given; give both, or neither to use the role of the machine."
        ));
    }
    check_endpoint(url, options)?;
    let prefix = prefix_of(url, prefix)?;
    Ok(Place(Kind::S3 { bucket: bucket.to_owned(), prefix, options: options.clone() }))
}

fn azure(url: &str, rest: &str, options: &PlaceOptions) -> Result<Place, String> {
    let (account, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (container, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if !is_name(account, 3..=24, "") || !is_name(container, 3..=63, "-") {
        return Err(format!(
            "“{url}” does not name an account and a container; write azure://account/container/prefix, in small letters and digits (dashes in the container)."
        ));
    }
    if options.secret.as_ref().is_some_and(|secret| STANDARD.decode(secret).is_err()) {
        return Err(format!(
            "The key given for {url} is not in base64; copy the account's key as Azure shows it."
        ));
    }
    check_endpoint(url, options)?;
    let prefix = prefix_of(url, prefix)?;
    let (account, container) = (account.to_owned(), container.to_owned());
    Ok(Place(Kind::Azure { account, container, prefix, options: options.clone() }))
}

fn is_name(name: &str, length: std::ops::RangeInclusive<usize>, besides: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || besides.contains(c);
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    length.contains(&name.len())
        && name.chars().all(fits)
        && edge(name.chars().next())
        && edge(name.chars().last())
}

fn prefix_of(url: &str, prefix: &str) -> Result<Path, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.=/".contains(c);
    let path = Path::parse(prefix.trim_end_matches('/')).ok().filter(|_| prefix.chars().all(plain));
    path.ok_or_else(|| {
        format!("The prefix in “{url}” cannot be used; write it in letters, digits, and - _ . = between single slashes.")
    })
}

fn check_endpoint(url: &str, options: &PlaceOptions) -> Result<(), String> {
    let Some(endpoint) = &options.endpoint else { return Ok(()) };
    let plain = endpoint.strip_prefix("http://");
    let host = plain.or_else(|| endpoint.strip_prefix("https://")).unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || host.contains(['@', '?', '#', ' ']) {
        return Err(format!(
            "The endpoint “{endpoint}” of {url} is no address; write it as https://host:port."
        ));
    }
    if plain.is_some() && !options.allow_http {
        return Err(format!(
            "The endpoint “{endpoint}” of {url} would be spoken to without encryption; write https://, or allow http for it."
        ));
    }
    Ok(())
}

/// Files of tenants are nobody else's on the same machine.
fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn client(options: &PlaceOptions) -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(options.allow_http)
        .with_connect_timeout(CONNECTING)
        .with_read_timeout(SILENCE)
        .with_timeout_disabled()
}

fn retry() -> RetryConfig {
    RetryConfig { backoff: BackoffConfig::default(), max_retries: TRIES, retry_timeout: TRYING }
}

/// The client asks the process for its one way to encrypt. Where one was chosen before, that one stays.
fn encrypt_with_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str, options: &PlaceOptions) -> String {
        Place::parse(url, options).unwrap_err()
    }

    #[test]
    fn a_place_reads_back_as_it_was_written() {
        let options = PlaceOptions::default();
        for (url, shown) in [
            ("/var/lib/blobs", "/var/lib/blobs"),
            ("file:///var/lib/blobs", "/var/lib/blobs"),
            ("data/blobs", "data/blobs"),
            ("s3://shop-files/live/", "s3://shop-files/live"),
            ("azure://galleria/files/live", "azure://galleria/files/live"),
        ] {
            assert_eq!(Place::parse(url, &options).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_wrong_place_is_refused_with_what_to_write_instead() {
        let none = PlaceOptions::default();
        assert!(refusal("", &none).contains("/var/lib/galleria/blobs"));
        assert!(refusal("file://blobs", &none).contains("file:///"));
        assert!(refusal("gs://bucket", &none).contains("s3://bucket/prefix"));
        for url in ["s3://", "s3://UPPER", "s3://a", "s3://-ab", "s3:///prefix"] {
            assert!(refusal(url, &none).contains("name a bucket"), "{url}");
        }
        for url in ["azure://account", "azure:///container", "azure://my-account/container"] {
            assert!(refusal(url, &none).contains("azure://account/container/prefix"), "{url}");
        }
        for url in ["s3://bucket/a//b", "s3://bucket/../b", "s3://bucket/a b"] {
            assert!(refusal(url, &none).contains("The prefix"), "{url}");
        }
    }

    #[test]
    fn settings_that_do_not_hold_together_are_refused() {
        let half = PlaceOptions { key_id: Some("id".into()), ..PlaceOptions::default() };
        assert!(refusal("s3://bucket", &half).contains("give both"));
        let odd = PlaceOptions { secret: Some("not base64!".into()), ..PlaceOptions::default() };
        assert!(refusal("azure://account/container", &odd).contains("base64"));
        let open = PlaceOptions { endpoint: Some("http://minio:9000".into()), ..PlaceOptions::default() };
        assert!(refusal("s3://bucket", &open).contains("without encryption"));
        let vague = PlaceOptions { endpoint: Some("minio:9000".into()), ..PlaceOptions::default() };
        assert!(refusal("s3://bucket", &vague).contains("https://host:port"));
    }

    #[test]
    fn a_secret_is_not_printed() {
        let options = PlaceOptions {
            key_id: Some("id".into()),
            secret: Some("hush".into()),
            ..PlaceOptions::default()
        };
        let place = Place::parse("s3://bucket/live", &options).unwrap();
        assert!(!format!("{place:?} {place} {options:?}").contains("hush"));
    }
}
