//! What a query or a form says.

use axum::body::Bytes;
use percent_encoding::percent_decode_str;

/// What a query or a form says, in its order.
#[derive(Debug, Clone, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// What a form sent.
    pub fn sent(body: &Bytes) -> Self {
        Self::read(&String::from_utf8_lossy(body))
    }

    pub fn read(text: &str) -> Self {
        let decoded = |part: &str| {
            let spaced = part.replace('+', " ");
            // No text may hold the character NUL: not every database can keep it, and nobody types it.
            percent_decode_str(&spaced).decode_utf8_lossy().replace('\0', "")
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }

    /// What stands under a name, without spaces around it; nothing when that is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether the form had such a field, filled in or not.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}
