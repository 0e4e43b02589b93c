//! What an operation asks of its caller, as the document declares it.

use serde_json::{Map, Value};

use super::audience::Audience;

/// What an operation asks of its caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// Whether whoever did not say who they are may call it. Of whoever did, it takes what it asks of them.
    pub(crate) open: bool,
    /// Whether it only shows what everybody may see, and more to whoever has what it asks.
    pub(crate) public: bool,
    /// The permission that it takes, for each audience that it is for; none for whoever is signed in.
    pub(crate) asks: Vec<(Audience, String)>,
    /// Whether whoever signed in must have proven lately who they are.
    pub(crate) fresh: bool,
    /// Whether its body is a file, of any size and kind, which takes its time.
    pub(crate) upload: bool,
    /// Whether asking is guessing at a secret, which is slowed down.
    pub(crate) guesses: bool,
    /// Whether it answers at the platform's own address, too, where no shop is.
    pub(crate) platform: bool,
}

impl Access {
    /// `security(("staff" = ["orders:write"]), ("customer" = ["orders:cancel"]))` names a permission for each audience;
    /// `security(())` lets those pass whom nobody knows. Records that are somebody's are told apart by `Shop::own`.
    pub(crate) fn of(operation: &Value) -> Option<Self> {
        let declared = operation["security"].as_array().filter(|declared| !declared.is_empty())?;
        let mut access = Self::default();
        for (scheme, scopes) in declared.iter().filter_map(Value::as_object).flatten() {
            let permission = scopes[0].as_str().unwrap_or_default().to_owned();
            access.asks.push((Audience::named(scheme)?, permission));
        }
        access.open = declared.iter().any(|one| one.as_object().is_some_and(Map::is_empty));
        access.upload = operation["requestBody"]["content"].get("application/octet-stream").is_some();
        access.public = operation["x-public"] == true;
        access.platform = operation["x-platform"] == true;
        access.guesses = operation["x-guesses"] == true;
        access.fresh = operation["x-fresh"] == true;
        Some(access)
    }
}
