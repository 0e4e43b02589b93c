//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, Publishes, Running};
use store::relay::Workers;

use crate::public::prices::PriceListTold;
use crate::public::stock::{LocationTold, StockTold};
use crate::public::{AttributeTold, CategoryTold, ProductTold};
use crate::{
    CONTEXT, Clientele, PROBLEMS, Sweep, api, attribute_api, category_api, price_api, quote_api, stock_api,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[
        Permission::new("catalog", &["read", "write"]),
        Permission::new("prices", &["read", "write"]),
        Permission::new("stock", &["read", "write"]),
    ],
    shares: &[
        Share::staff("order-manager", &["catalog:read", "stock:*"]),
        Share::staff("operator", &["catalog:*", "prices:*", "stock:*"]),
    ],
    publishes: &[
        Publishes::of::<ProductTold>(),
        Publishes::of::<AttributeTold>(),
        Publishes::of::<CategoryTold>(),
        Publishes::of::<StockTold>(),
        Publishes::of::<LocationTold>(),
        Publishes::of::<PriceListTold>(),
    ],
    ..Module::new("catalog")
};

pub fn running(clientele: Arc<dyn Clientele>) -> Running {
    Running {
        routes: api::routes()
            .merge(attribute_api::routes())
            .merge(category_api::routes())
            .merge(price_api::routes().layer(axum::Extension(clientele)))
            .merge(quote_api::routes())
            .merge(stock_api::routes()),
        workers: Workers { jobs: vec![Arc::new(Sweep)], ..Workers::default() },
    }
}
