//! What tells one version of a file or page from another.

use sha2::{Digest, Sha256};

/// Sixteen digits that change with what they are of.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
