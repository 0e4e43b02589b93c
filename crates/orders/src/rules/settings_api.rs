//! The routes of order settings.

use edge::{Answer, Command, Routes, Shop, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::settings::OrderSettings;
use super::{queries, use_cases};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(read_order_settings, set_order_settings))
}

#[derive(Serialize, ToSchema)]
struct OrderSettingsView {
    #[serde(flatten)]
    settings: OrderSettings,
    version: i64,
}

/// Reads what the shop says about all of its orders.
#[utoipa::path(get, path = "/api/v1/order-settings", tag = "orders",
    responses((status = 200, description = "The settings.", body = OrderSettingsView)),
    security(("staff" = ["order-settings:read"])))]
async fn read_order_settings(shop: Shop) -> Answer {
    let (settings, version) = queries::settings(&shop.tenant).await?;
    shop.one(&OrderSettingsView { settings, version }, version)
}

/// Replaces what the shop says about all of its orders; send its ETag as If-Match.
#[utoipa::path(put, path = "/api/v1/order-settings", tag = "orders", request_body = OrderSettings,
    responses((status = 200, description = "It holds for what is ordered from now on.", body = edge::answer::KeptRecord)),
    security(("staff" = ["order-settings:write"])))]
async fn set_order_settings(ask: Command<OrderSettings>) -> Answer {
    let (seen, settings) = (ask.version_required()?, ask.body);
    ask.run(use_cases::set_order_settings(seen, settings)).await
}
