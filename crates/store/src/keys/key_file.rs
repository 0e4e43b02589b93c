//! A keeper whose keys are lines of a file.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use parking_lot::RwLock;
use rand::Rng as _;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::keeper::{Keeper, Later, Wrapped};
use super::sealer::Sealer;
use crate::Failure;

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
