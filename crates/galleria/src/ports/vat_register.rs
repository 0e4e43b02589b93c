//! Which VAT numbers are in use, for customers, by the European Union's register.

use connect::Vies;
use customers::{Refusal, VatNumber, VatRegister};
use futures_util::future::BoxFuture;

/// The European Union's register.
pub struct ViesRegister(pub Vies);

impl VatRegister for ViesRegister {
    fn has<'a>(&'a self, number: &'a VatNumber) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            self.0.has(number).await.map_err(|error| {
                tracing::warn!(%error, "The register of VAT numbers does not answer");
                Refusal::VatRegisterSilent
            })
        })
    }
}
