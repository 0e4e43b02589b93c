//! The right to an e-mail address among the accounts of one audience.

use uuid::Uuid;

use crate::AccountId;

/// The namespace of the ids of addresses.
const CLAIMS: Uuid = Uuid::from_u128(0x1f0c_7e0a_5b38_4f6d_8a52_9d3c_0b7e_adde);

/// The stream of an address. The index is blind, so the id tells nobody the address.
pub fn id(audience: &str, email_index: Uuid) -> Uuid {
    Uuid::new_v5(&CLAIMS, format!("{audience}:{email_index}").as_bytes())
}

kernel::reservation! {
    pub struct Address = "account_address";

    pub enum AddressEvent {
        Taken { holder: AccountId } = ("account_address.taken", 1),
        GivenUp {} = ("account_address.given_up", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_is_free_for_each_audience() {
        assert_ne!(id("staff", Uuid::nil()), id("customer", Uuid::nil()));
    }
}
