//! The one record of those who do not sign in under an e-mail address: whoever orders under it as a guest, and whom the shop
//! wrote down with it.

use uuid::Uuid;

use crate::CustomerId;

/// The namespace of the ids of addresses.
const ADDRESSES: Uuid = Uuid::from_u128(0x44c2_08e9_61b7_4d05_8f3a_ad23_e550_c0de);

/// The stream of an address. The index is blind, so the id tells nobody the address.
pub fn id(email_index: Uuid) -> Uuid {
    Uuid::new_v5(&ADDRESSES, email_index.as_bytes())
}

kernel::reservation! {
    pub struct HeldAddress = "customer_address";

    pub enum HeldAddressEvent {
        Taken { customer: CustomerId } = ("customer_address.taken", 1),
        GivenUp {} = ("customer_address.given_up", 1),
    }
}
