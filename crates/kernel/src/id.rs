//! Typed identifiers: a `ProductId` cannot be passed where an `OrderId` is meant.
//!
//! Ids are UUIDv7: made anywhere without asking anyone, and sorted by the moment they were made, so that "newest
//! first" is an index scan and inserts land at the end of a B-tree.

/// Declares identifier types. Each is a UUID in JSON, in tables and in paths.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new id, later in order than every id made before it.
            #[expect(clippy::new_without_default, reason = "an id is drawn, there is no neutral one")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            pub fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl $crate::AsArg for $name {
            const KIND: $crate::ArgKind = $crate::ArgKind::Uuid;
        }

        impl From<$name> for $crate::Arg {
            fn from(id: $name) -> Self {
                $crate::Arg::Uuid(id.0)
            }
        }
    )+};
}

ids! {
    /// One business on the platform.
    TenantId;
    /// One event in a log.
    EventId;
    /// One request and everything that followed from it, across services.
    CorrelationId;
    /// The person that a piece of personal data is about.
    SubjectId;
}

impl TenantId {
    /// Not a business: the cell itself.
    pub const CELL: Self = Self(uuid::Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_made_later_sorts_later() {
        let ids: Vec<EventId> = (0..1_000).map(|_| EventId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id = TenantId::new();
        assert_eq!(id.to_string().parse::<TenantId>().unwrap(), id);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
    }
}
