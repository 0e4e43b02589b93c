//! What an engine of taxes says, for whoever prices an order: asked before the unit of work, and remembered for a while.

use kernel::TenantId;
use orders::tax_engine::{Said, Tax, TaxEngine, TaxQuestion};
use store::Tenant;
use uuid::Uuid;

use crate::engine::Origin;
use crate::memory::Memory;
use crate::{Kind, PartnerId, Partners, health, queries};

/// By the partner as it was configured, too: another address has other taxes.
pub type Answers = Memory<(TenantId, PartnerId, i64, TaxQuestion), Vec<Tax>>;

/// Questions are larger than parcels.
pub fn answers() -> Answers {
    Memory::of(4_000)
}

impl TaxEngine for Partners {
    fn taxes<'a>(&'a self, tenant: &'a Tenant, engine: Uuid, question: &'a TaxQuestion) -> Said<'a> {
        Box::pin(self.taxes_of(tenant, PartnerId(engine), question))
    }
}

impl Partners {
    /// `None` when there is no such engine, or it does not answer what can be believed.
    async fn taxes_of(&self, tenant: &Tenant, id: PartnerId, question: &TaxQuestion) -> Option<Vec<Tax>> {
        let row = queries::partner(tenant, id).await.ok()??;
        let definition = &row.definition;
        if definition.kind != Kind::TaxRest || !definition.enabled {
            return None;
        }
        let (key, now) = ((tenant.id(), id, row.version, question.clone()), tenant.cell().now());
        if let Some(known) = self.tax_answers().recall(&key, now) {
            return known;
        }
        let from = Origin {
            country: definition.options.from_country.as_deref(),
            region: definition.options.from_region.as_deref(),
            postal_code: definition.options.from_postal_code.as_deref(),
        };
        let went = self.tax_engine(tenant, &row).await.ok()?.quote(&from, question).await;
        let now = tenant.cell().now();
        health::note(tenant.id(), id, &went, now);
        if let Err(error) = &went {
            tracing::warn!(partner = %id, code = error.code(), "An engine did not say the taxes; the shop's own rates are taken");
        }
        self.tax_answers().keep(key, went.as_ref().ok().cloned(), now);
        went.ok()
    }
}
