//! Who orders and where it goes, as somebody says it.

use edge::Shop;
use kernel::{Check, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cart::Contact;
use crate::cart::queries::KeptCart;
use crate::inputs::NewAddress;
use crate::order::Address;
use crate::{KnownBuyer, Ports};

/// Who orders and where it goes: what is left out is unknown from then on.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartDetails {
    pub email: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(min_length = 3, max_length = 40)]
    pub phone: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub company: Option<String>,
    pub shipping_address: Option<NewAddress>,
    /// Instead of it: an address of the customer's book, by its id. Who takes it in there is who it goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address_id: Option<Uuid>,
    /// The shipping address when left out.
    pub billing_address: Option<NewAddress>,
    /// Instead of it: an address of the customer's book, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address_id: Option<Uuid>,
    /// A number of the customer's own, for their books.
    #[schema(min_length = 1, max_length = 100)]
    pub purchase_order: Option<String>,
    #[schema(max_length = 2000)]
    pub note: Option<String>,
}

impl CartDetails {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        edge::check_limits(self, "", &mut check);
        let email = self.email.as_deref().is_none_or(kernel::is_email);
        check.that(email, "/email", "write an e-mail address as name@example.com");
        for (name, address) in
            [("shipping_address", &self.shipping_address), ("billing_address", &self.billing_address)]
        {
            if let Some(address) = address {
                address.check(&format!("/{name}"), &mut check);
            }
        }
        check.done()
    }

    pub(crate) fn contact(&self) -> Contact {
        let address = |address: &Option<NewAddress>| address.as_ref().map(NewAddress::address);
        let shipping: Option<Address> = address(&self.shipping_address);
        Contact {
            email: self.email.clone(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            company: self.company.clone(),
            billing_address: address(&self.billing_address)
                .filter(|billing| Some(billing) != shipping.as_ref()),
            shipping_address: shipping,
            purchase_order: self.purchase_order.clone(),
            note: self.note.clone(),
        }
    }

    /// The same with what the customer's book says of the addresses that are named by it; nothing when none is.
    pub(super) async fn with_book(
        &self,
        shop: &Shop,
        ports: &Ports,
        cart: &KeptCart,
    ) -> Result<Option<Self>, Problem> {
        if self.shipping_address_id.is_none() && self.billing_address_id.is_none() {
            return Ok(None);
        }
        let mut check = Check::default();
        for (name, twice) in [
            ("shipping_address", self.shipping_address_id.is_some() && self.shipping_address.is_some()),
            ("billing_address", self.billing_address_id.is_some() && self.billing_address.is_some()),
        ] {
            check.that(!twice, format!("/{name}_id"), format!("give this or {name}, and not both"));
        }
        check.done()?;
        let buyer = match cart.owner {
            Some(owner) => ports.buyers.known_buyer(&shop.tenant, owner).await?,
            None => KnownBuyer::default(),
        };
        let mut details = self.clone();
        if let Some(id) = self.shipping_address_id {
            let entry = buyer.address(id, "/shipping_address_id")?;
            details.shipping_address = Some(NewAddress::from(&entry.address));
            details.name = entry.name.clone().or(details.name);
            details.phone = entry.phone.clone().or(details.phone);
            details.company = entry.company.clone().or(details.company);
        }
        if let Some(id) = self.billing_address_id {
            let entry = buyer.address(id, "/billing_address_id")?;
            details.billing_address = Some(NewAddress::from(&entry.address));
        }
        Ok(Some(details))
    }
}
