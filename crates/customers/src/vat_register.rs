//! The port that looks up a VAT number. Its check digits can be computed; whether it is in use, only its country knows.

use std::pin::Pin;
use std::sync::Arc;

use places::VatNumber;

use crate::Refusal;

/// Whoever knows which VAT numbers are in use.
pub trait VatRegister: Send + Sync + 'static {
    fn has<'a>(
        &'a self,
        number: &'a VatNumber,
    ) -> Pin<Box<dyn Future<Output = Result<bool, Refusal>> + Send + 'a>>;
}

pub type Register = Arc<dyn VatRegister>;

/// Nobody is asked.
pub struct NoRegister;

impl VatRegister for NoRegister {
    fn has<'a>(
        &'a self,
        _: &'a VatNumber,
    ) -> Pin<Box<dyn Future<Output = Result<bool, Refusal>> + Send + 'a>> {
        Box::pin(std::future::ready(Err(Refusal::VatRegisterOff)))
    }
}
