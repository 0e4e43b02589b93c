//! What a tax engine says, for whoever prices an order: asked before the unit of work, and cached for a while.

use orders::tax_engine::{Said, Tax, TaxEngine, TaxQuestion};
use store::Tenant;
use uuid::Uuid;

use crate::clients::tax_engine::{Origin, Quote};
use crate::partners::answer_cache::Question;
use crate::partners::{self, health};
use crate::{Kind, PartnerId, Partners};

impl TaxEngine for Partners {
    fn taxes<'a>(&'a self, tenant: &'a Tenant, engine: Uuid, question: &'a TaxQuestion) -> Said<'a> {
        Box::pin(self.taxes_of(tenant, PartnerId(engine), question))
    }
}

impl Partners {
    /// `None` when there is no such engine, or it does not answer what can be believed.
    async fn taxes_of(&self, tenant: &Tenant, id: PartnerId, question: &TaxQuestion) -> Option<Vec<Tax>> {
        let row = partners::queries::partner(tenant, id).await.ok()??;
        let definition = &row.definition;
        if definition.kind != Kind::TaxRest || !definition.enabled {
            return None;
        }
        let from = Origin {
            country: definition.options.from_country.as_deref(),
            region: definition.options.from_region.as_deref(),
            postal_code: definition.options.from_postal_code.as_deref(),
        };
        let quote = Quote::new(&from, question);
        let (asked, now) = (Question::new(tenant.id(), id, row.version, &quote), tenant.cell().now());
        if let Some(known) = self.tax_answers().recall(&asked, now) {
            return known;
        }
        if !self.tax_answers().may_ask(&asked, now) {
            return None;
        }
        let went = self.tax_engine(tenant, &row).await.ok()?.quote(&quote, question).await;
        health::note(tenant, id, &went);
        if let Err(error) = &went {
            tracing::warn!(partner = %id, code = error.code(), "An engine did not say the taxes; the shop's own rates are taken");
        }
        self.tax_answers().keep(asked, went.as_ref().ok().cloned(), tenant.cell().now());
        went.ok()
    }
}
