//! Passwords that many people use, or that were stolen before.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// Where it is from and how it is made is told beside it, in `common-passwords.md`.
const COMMON: &[u8] = include_bytes!("../data/common-passwords.bin");
const BYTES: usize = 6;

/// Whether a password, in lower case, is one of the most used.
pub(crate) fn is_common(plain: &str) -> bool {
    let hash = digest(&SHA256, plain.as_bytes());
    let (entries, _) = COMMON.as_chunks::<BYTES>();
    let Some(wanted) = hash.as_ref().first_chunk() else { return false };
    entries.binary_search(wanted).is_ok()
}

/// A file of breached passwords as Have I Been Pwned gives it out for download: lines `{SHA-1}:{how often}`, sorted.
///
/// It is searched where it lies, with some thirty short reads, and opened anew each time, so that another may be put in
/// its place.
#[derive(Debug, Clone)]
pub struct BreachFile(PathBuf);

/// So many places of a file are looked at when it is opened.
const PLACES: u64 = 500;

/// Longer than any line: 40 digits, a colon, a number, two characters for the end.
const LINE: usize = 96;

impl BreachFile {
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = Self(path.to_owned());
        // A file that is none is better refused when the platform starts than when somebody chooses a password.
        let mut handle = File::open(path)?;
        let end = handle.seek(SeekFrom::End(0))?;
        check_sorted(&mut handle, end)?;
        Ok(file)
    }

    pub(crate) fn has(&self, password: &str) -> io::Result<bool> {
        let wanted = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let wanted: String = wanted.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        let mut file = File::open(&self.0)?;
        let (mut low, mut high) = (0, file.seek(SeekFrom::End(0))?);
        // Lines that begin before `low` are smaller, lines that begin at `high` or behind it are larger.
        while low < high {
            let middle = low + (high - low) / 2;
            let begin = begin_of_line(&mut file, middle)?;
            let (hash, length) = line_from(&mut file, begin, high)?;
            match hash.as_str().cmp(wanted.as_str()) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => low = begin + length,
                Ordering::Greater => high = begin,
            }
        }
        Ok(false)
    }
}

/// Looks at the first lines and at some hundred places in between: a file of that form whose lines are not in order is
/// found out without reading its forty gigabytes. One line out of place is not.
fn check_sorted(file: &mut File, end: u64) -> io::Result<()> {
    let (mut from, mut last) = (0, String::new());
    let step = (end / PLACES).max(1);
    while from < end {
        let (hash, length) = line_from(file, from, end)?;
        if hash <= last {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its lines are not sorted by their hashes",
            ));
        }
        last = hash;
        let next = from + length;
        from = match begin_of_line(file, (from + step).min(end - 1))? {
            begin if begin > from => begin,
            _ => next,
        };
    }
    Ok(())
}

/// Where the line begins that has the byte at `place`.
fn begin_of_line(file: &mut File, place: u64) -> io::Result<u64> {
    let from = place.saturating_sub(LINE as u64);
    let before = read(file, from, (place - from) as usize)?;
    match before.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => Ok(from + end as u64 + 1),
        None if from == 0 => Ok(0),
        None => Err(no_such_file()),
    }
}

/// The hash on the line that begins here, and how long the line is with its end.
fn line_from(file: &mut File, begin: u64, end: u64) -> io::Result<(String, u64)> {
    let bytes = read(file, begin, LINE)?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let hash =
        line.get(..40).filter(|hash| hash.iter().all(u8::is_ascii_hexdigit)).ok_or_else(no_such_file)?;
    if line.get(40) != Some(&b':') || line.len() == LINE {
        return Err(no_such_file());
    }
    let hash = String::from_utf8_lossy(hash).to_ascii_uppercase();
    Ok((hash, (line.len() as u64 + 1).min(end - begin)))
}

fn read(file: &mut File, from: u64, most: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::with_capacity(most);
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn no_such_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "its lines are not a SHA-1, a colon and a number")
}
