//! Whose an order is: a customer's under each id that means them, such as that of a record that went into theirs.

use kernel::{Problem, boxed};
use store::Tenant;
use uuid::Uuid;

use crate::OrderId;
use crate::ports::buyers::Buyers;
use crate::views::queries::{self, OrderView};

/// An order as it was `then`, if whoever asks may see it now; another's answers like none. Who may see all of them is nobody's `own`.
#[boxed]
pub async fn order_seen_by(
    (tenant, then): (&Tenant, &Tenant),
    buyers: &dyn Buyers,
    id: OrderId,
    own: Option<Uuid>,
) -> Result<OrderView, Problem> {
    let found = queries::order(then, id).await?;
    let whose = found.summary.customer.id;
    let theirs = match own {
        None => true,
        Some(own) => own == whose || buyers.records(tenant, own).await?.contains(&whose),
    };
    if theirs { Ok(found) } else { Err(Problem::not_found("order")) }
}

/// The ids that mean a customer, for the list of what they ordered.
#[boxed]
pub async fn ids_of(tenant: &Tenant, buyers: &dyn Buyers, customer: Uuid) -> Result<Vec<Uuid>, Problem> {
    Ok(buyers.records(tenant, customer).await?.into_iter().collect())
}
