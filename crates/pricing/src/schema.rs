//! How amounts look in documents of an API.

use utoipa::ToSchema;

/// An amount in minor units, and its currency: 1999 and EUR are 19.99 €.
#[derive(ToSchema)]
#[schema(as = Amount)]
#[expect(dead_code, reason = "it is read by those who write documents")]
pub(crate) struct Amount {
    amount: i64,
    currency: String,
}
