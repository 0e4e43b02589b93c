//! All routes of payments.

use edge::Routes;

use crate::api::{card_numbers, carts, payments, providers, webhooks};
use crate::cashier::Cashier;

pub fn routes(cashier: &Cashier) -> Routes {
    let routes = payments::routes()
        .merge(carts::routes())
        .merge(providers::routes())
        .layer(axum::middleware::from_fn(card_numbers::refuse))
        .merge(webhooks::routes());
    routes.giving(cashier.clone())
}
