//! Keys, from the outside in: a *keeper* holds the key that wraps each tenant's secret, the tenant's secret wraps each
//! subject's key, and a subject's key seals what is personal to that one person.
//!
//! Whoever destroys a subject's key has erased the person wherever their data was sealed, copies and backups included.
//! A new keeper's key costs one rewrapping a tenant; nothing is sealed again.

use std::fmt::Write as _;
use std::fs;
use std::future::Future;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::{SubjectId, Timestamp, Write, args};
use parking_lot::RwLock;
use rand::Rng as _;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Failure;

/// What is wrapped: half of it wraps subjects' keys, half of it finds and signs and never changes.
pub type Secret = Zeroizing<[u8; 64]>;

/// A secret under a keeper's key, and which key that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    pub key: String,
    pub bytes: Vec<u8>,
}

pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Who holds the outermost key: a file, or a key management service behind this same face.
pub trait Keeper: Send + Sync {
    /// The name of the key that wraps today.
    fn current(&self) -> String;

    /// `about` is authenticated with it: a secret that was moved to another place does not open there.
    fn wrap<'a>(&'a self, about: &'a [u8], secret: &'a [u8]) -> Later<'a, Wrapped>;

    fn unwrap<'a>(&'a self, about: &'a [u8], wrapped: &'a Wrapped) -> Later<'a, Zeroizing<Vec<u8>>>;
}

/// A file of keys, one a line; the first wraps, all unwrap. It is read again when something was wrapped with a key that
/// is not known, for that may have been put into it since.
pub struct KeyFile {
    path: PathBuf,
    keys: RwLock<Vec<(String, Arc<Sealer>)>>,
}

const KEY_LINE: &str = "galleria-key-1";

impl KeyFile {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| {
            Failure::Unusable(format!(
                "The key file {shown} cannot be read: {error}. Without it nobody's personal data can be read or written. Put it back, or name another with --key-file. (Data from before there were keys needs one first: galleria keys new {shown})"
            ))
        })?);
        let mut keys = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut parts = line.split_whitespace();
            let (kind, name, key) = (parts.next(), parts.next(), parts.next());
            let key = key.and_then(|key| BASE64.decode(key).ok()).map(Zeroizing::new);
            match (kind, name, key) {
                (Some(KEY_LINE), Some(name), Some(key)) if key.len() == 32 && name == name_of(&key) => {
                    keys.push((name.to_owned(), Arc::new(Sealer::new(&key))));
                }
                _ => {
                    return Err(Failure::Unusable(format!(
                        "{shown} is not a key file, or was damaged: a line does not read \"{KEY_LINE} NAME KEY\" with a key of that name. Put back a copy of it, or name another with --key-file."
                    )));
                }
            }
        }
        if keys.is_empty() {
            return Err(Failure::Unusable(format!(
                "{shown} holds no key. Make a key file with: galleria keys new FILE"
            )));
        }
        Ok(Self { path: path.to_owned(), keys: RwLock::new(keys) })
    }

    fn named(&self, name: &str) -> Option<Arc<Sealer>> {
        let find = |keys: &[(String, Arc<Sealer>)]| {
            keys.iter().find(|(known, _)| known == name).map(|(_, key)| key.clone())
        };
        let known = find(&self.keys.read());
        known.or_else(|| {
            let again = Self::read(&self.path).ok()?.keys.into_inner();
            let found = find(&again);
            *self.keys.write() = again;
            found
        })
    }

    /// Makes a file with one new key. An existing one is never overwritten.
    pub fn make(path: &Path) -> Result<Self, Failure> {
        let text = format!(
            "# Galleria's key file. Whoever has it can read personal data; without it nobody can. Keep a copy elsewhere.\n{}\n",
            *new_line()
        );
        write_new(path, &text)?;
        Self::read(path)
    }

    /// Reads the file, or makes one where there is none yet.
    pub fn read_or_make(path: &Path) -> Result<Self, Failure> {
        if path.exists() { Self::read(path) } else { Self::make(path) }
    }

    /// Puts a new key in front. The older ones stay, for what they still wrap.
    pub fn rotate(path: &Path) -> Result<Self, Failure> {
        Self::read(path)?;
        let cannot = |error: std::io::Error| {
            Failure::Unusable(format!("{} cannot be changed: {error}. Nothing was changed.", path.display()))
        };
        let old = Zeroizing::new(fs::read_to_string(path).map_err(cannot)?);
        let beside = PathBuf::from(format!("{}.new", path.display()));
        let _ = fs::remove_file(&beside);
        write_new(&beside, &format!("{}\n{}", *new_line(), *old))?;
        fs::rename(&beside, path).map_err(cannot)?;
        Self::read(path)
    }
}

impl Keeper for KeyFile {
    fn current(&self) -> String {
        self.keys.read().first().map(|(name, _)| name.clone()).unwrap_or_default()
    }

    fn wrap<'a>(&'a self, about: &'a [u8], secret: &'a [u8]) -> Later<'a, Wrapped> {
        let wrapped = match self.keys.read().first() {
            Some((name, key)) => Ok(Wrapped { key: name.clone(), bytes: key.seal(about, secret) }),
            None => Err(Failure::Bug("a key file without a key was read".into())),
        };
        Box::pin(std::future::ready(wrapped))
    }

    fn unwrap<'a>(&'a self, about: &'a [u8], wrapped: &'a Wrapped) -> Later<'a, Zeroizing<Vec<u8>>> {
        let opened = match self.named(&wrapped.key) {
            None => Err(Failure::Unusable(format!(
                "What is here was locked with the key {}, and the key file holds only {}. Name the right file with --key-file; nothing was changed.",
                wrapped.key,
                self.keys.read().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
            ))),
            Some(key) => key.open(about, &wrapped.bytes).map(Zeroizing::new).ok_or_else(|| {
                Failure::Unusable(
                    "A tenant's secret does not open with its key: it was damaged, or put in another's place. Restore it from a backup.".into(),
                )
            }),
        };
        Box::pin(std::future::ready(opened))
    }
}

/// Authenticated encryption under one key, a random nonce in front of what it seals.
pub(crate) struct Sealer(LessSafeKey);

impl Sealer {
    pub(crate) fn new(key: &[u8]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("every key here has 32 bytes");
        Self(LessSafeKey::new(key))
    }

    pub(crate) fn seal(&self, about: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend(nonce);
        sealed.extend(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(about), &mut sealed[NONCE_LEN..])
            .expect("no value comes near the 64 GB that one nonce can seal");
        sealed.extend(tag.as_ref());
        sealed
    }

    pub(crate) fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(about), &mut rest).ok()?.len();
        rest.truncate(length);
        Some(rest)
    }
}

/// The key of one person.
pub(crate) type SubjectKey = Sealer;

/// What a tenant's secret is good for.
pub struct TenantKeys {
    /// What everything sealed is bound to. It is the tenant's id, or that of the tenant it was restored from.
    origin: Uuid,
    wrapping: Sealer,
    finding: hmac::Key,
    addresses: Zeroizing<[u8; 32]>,
    marking: hmac::Key,
    secrets: Sealer,
}

impl TenantKeys {
    pub(crate) fn new(origin: Uuid, secret: &[u8]) -> Option<Self> {
        let (wrapping, lasting) = secret.split_at_checked(32).filter(|(_, lasting)| lasting.len() == 32)?;
        let derived = |name: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"galleria")
                .extract(lasting)
                .expand(&[name], hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(&mut *key))
                .expect("32 bytes are what SHA-256 gives");
            key
        };
        Some(Self {
            origin,
            wrapping: Sealer::new(wrapping),
            finding: hmac::Key::new(hmac::HMAC_SHA256, &*derived(b"find")),
            addresses: derived(b"addresses"),
            marking: hmac::Key::new(hmac::HMAC_SHA256, &*derived(b"mark")),
            secrets: Sealer::new(&*derived(b"secrets")),
        })
    }

    pub(crate) fn new_secret() -> Secret {
        let mut secret = Zeroizing::new([0; 64]);
        rand::rng().fill_bytes(&mut *secret);
        secret
    }

    pub(crate) fn origin(&self) -> Uuid {
        self.origin
    }

    /// A new key for a person, and the key as it is kept.
    pub(crate) fn make_subject(&self, subject: SubjectId) -> (SubjectKey, Vec<u8>) {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *key);
        (Sealer::new(&*key), self.wrapping.seal(&self.about(subject), &*key))
    }

    pub(crate) fn open_subject(&self, subject: SubjectId, wrapped: &[u8]) -> Result<SubjectKey, Failure> {
        let key = self.wrapping.open(&self.about(subject), wrapped).map(Zeroizing::new);
        key.map(|key| Sealer::new(&key)).ok_or_else(|| {
            Failure::Unusable(format!("The key of the person {subject} does not open with the tenant's secret: one of the two was damaged or replaced. Restore the tenant from a backup."))
        })
    }

    /// By what a table finds a person without holding what it is found by: the same for the same text, whatever its
    /// case, and of no use to whoever lacks the tenant's secret.
    pub fn blind(&self, field: &str, text: &str) -> Uuid {
        let text = text.trim().to_lowercase();
        let mut context = hmac::Context::with_key(&self.finding);
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field.as_bytes());
        context.update(text.as_bytes());
        Uuid::from_slice(&context.sign().as_ref()[..16]).expect("half an HMAC-SHA256 is as long as a UUID")
    }

    /// What addresses of this tenant's files are signed with.
    pub fn addresses(&self) -> &[u8; 32] {
        &self.addresses
    }

    /// What nobody without the tenant's secret can put under a text: by it a text is known again that comes back to us.
    pub fn mark(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.marking);
        context.update(self.origin.as_bytes());
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(text);
        context.sign().as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }

    /// Seals a secret that is the tenant's own and no person's, such as a key that signs for it.
    pub fn seal_secret(&self, purpose: &str, secret: &[u8]) -> String {
        BASE64.encode(self.secrets.seal(&self.of(purpose), secret))
    }

    pub fn open_secret(&self, purpose: &str, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = BASE64.decode(sealed).ok()?;
        self.secrets.open(&self.of(purpose), &sealed).map(Zeroizing::new)
    }

    fn of(&self, purpose: &str) -> Vec<u8> {
        [self.origin.as_bytes(), purpose.as_bytes()].concat()
    }

    fn about(&self, subject: SubjectId) -> [u8; 32] {
        let mut about = [0; 32];
        about[..16].copy_from_slice(self.origin.as_bytes());
        about[16..].copy_from_slice(subject.uuid().as_bytes());
        about
    }
}

/// Keeps a new person's key.
pub(crate) fn keep(subject: SubjectId, wrapped: Vec<u8>, now: Timestamp) -> Write {
    Write::one(
        "insert into subject_keys (subject, wrapped, created) values ($1, $2, $3)",
        args![subject, wrapped, now],
    )
}

/// Destroys a person's key. The row stays, and says that there was one.
pub(crate) fn destroy(subject: SubjectId, now: Timestamp) -> [Write; 2] {
    [
        Write::any("delete from subject_keys where subject = $1", args![subject]),
        Write::one(
            "insert into subject_keys (subject, wrapped, created) values ($1, null, $2)",
            args![subject, now],
        ),
    ]
}

fn new_line() -> Zeroizing<String> {
    let mut key = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *key);
    Zeroizing::new(format!("{KEY_LINE} {} {}", name_of(&*key), BASE64.encode(*key)))
}

/// A key's name is drawn from the key, so that a mistyped or mixed-up line is found out.
fn name_of(key: &[u8]) -> String {
    let digest = Sha256::new().chain_update(b"galleria key name").chain_update(key).finalize();
    digest[..6].iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let made =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
    made.map_err(|error| {
        Failure::Refused(format!(
            "The key file {} cannot be made: {error}. Choose a path that does not exist yet, in a folder where you may write.",
            path.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> TenantKeys {
        TenantKeys::new(Uuid::from_u128(1), &*TenantKeys::new_secret()).unwrap()
    }

    #[test]
    fn a_persons_key_opens_for_that_person_only() {
        let (keys, ada, bob) = (keys(), SubjectId::new(), SubjectId::new());
        let (_, wrapped) = keys.make_subject(ada);
        assert!(keys.open_subject(ada, &wrapped).is_ok());
        assert!(keys.open_subject(bob, &wrapped).is_err());
    }

    #[test]
    fn a_secret_of_the_tenants_opens_for_its_purpose_and_with_its_keys_only() {
        let keys = keys();
        let sealed = keys.seal_secret("tokens", b"secret");
        assert_eq!(&**keys.open_secret("tokens", &sealed).unwrap(), b"secret");
        assert!(keys.open_secret("other", &sealed).is_none());
        assert!(self::keys().open_secret("tokens", &sealed).is_none());
        assert_ne!(keys.mark("a", b"bc"), keys.mark("ab", b"c"));
        assert_ne!(keys.mark("a", b"b"), self::keys().mark("a", b"b"));
    }

    #[test]
    fn a_person_is_found_whatever_the_case_and_under_one_field_only() {
        let keys = keys();
        assert_eq!(keys.blind("email", " Ada@Example.com"), keys.blind("email", "ada@example.com"));
        assert_ne!(keys.blind("email", "ada"), keys.blind("phone", "ada"));
        assert_ne!(keys.blind("email", "ada"), self::keys().blind("email", "ada"));
    }

    #[test]
    fn a_key_file_keeps_its_older_keys_when_a_new_one_comes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let first = KeyFile::make(&path).unwrap();
        let wrapped = futures_util::FutureExt::now_or_never(first.wrap(b"x", b"secret")).unwrap().unwrap();
        let second = KeyFile::rotate(&path).unwrap();
        assert_ne!(first.current(), second.current());
        let opened = futures_util::FutureExt::now_or_never(second.unwrap(b"x", &wrapped)).unwrap().unwrap();
        assert_eq!(&**opened, b"secret");
        assert!(KeyFile::make(&path).is_err(), "a key file was overwritten");
    }

    #[test]
    fn a_damaged_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        KeyFile::make(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let line = text.lines().last().unwrap();
        let swapped = line.replace(line.chars().last().unwrap(), "B");
        for damaged in ["", "nonsense", swapped.as_str()] {
            fs::write(&path, damaged).unwrap();
            assert!(damaged == line || KeyFile::read(&path).is_err(), "{damaged}");
        }
    }
}
