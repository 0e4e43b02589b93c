//! What the platform is made of: one list, and the parts that those in it share.

use std::sync::{Arc, LazyLock};

use connect::Partners;
use customers::Register;
use domains::Prover;
use edge::{Module, Permissions, Running};
use files::Shelf;
use identity::{AccountAuthenticator, Letters};
use orders::Ports;
use payments::Cashier;
use search::Search;
use serde_json::Value;
use store::Context;

use crate::ports::customers::Customers;
use crate::ports::order_claims::Claims;
use crate::ports::order_payments::{Paid, UntouchedOrders};

/// A module, and what of it runs in a process that serves.
struct Room {
    module: Module,
    running: fn(&Parts) -> Running,
}

const fn room(module: Module, running: fn(&Parts) -> Running) -> Room {
    Room { module, running }
}

/// A new module is a line here.
const ROOMS: &[Room] = &[
    room(catalog::MODULE, |_| catalog::running(Arc::new(Customers))),
    room(orders::MODULE, |parts| {
        let mut orders = orders::running(parts.ports.clone(), Arc::new(UntouchedOrders));
        orders.workers.subscribers.extend([Arc::new(Paid) as _, Arc::new(Claims) as _]);
        orders
    }),
    room(payments::MODULE, |parts| payments::running(&parts.cashier)),
    room(files::MODULE, |parts| files::running(&parts.shelf)),
    room(identity::MODULE, |parts| identity::running(&parts.authenticator, parts.letters.clone())),
    room(domains::MODULE, |parts| domains::running(&parts.prover)),
    room(connect::MODULE, |parts| connect::running(&parts.partners)),
    room(customers::MODULE, |parts| customers::running(parts.register.clone())),
    room(sheets::MODULE, |parts| sheets::running(&parts.shelf)),
    room(storefront::MODULE, |parts| {
        storefront::running(
            parts.shelf.clone(),
            parts.search.clone(),
            parts.ports.clone(),
            parts.cashier.clone(),
        )
    }),
    room(edge::MODULE, |_| edge::running()),
    room(search::MODULE, |parts| search::running(parts.search.clone())),
    room(entry::MODULE, |_| entry::running()),
];

/// What modules share, made once for a process that serves: each remembers what it learned, such as who does not answer.
pub struct Parts {
    pub shelf: Shelf,
    pub letters: Option<Letters>,
    pub authenticator: AccountAuthenticator,
    pub prover: Prover,
    pub partners: Partners,
    pub cashier: Cashier,
    pub register: Register,
    pub ports: Ports,
    pub search: Search,
}

/// Everything that runs in a process that serves.
pub fn running(parts: &Parts) -> Vec<(Module, Running)> {
    ROOMS.iter().map(|room| (room.module, (room.running)(parts))).collect()
}

/// What the platform keeps.
pub static CONTEXTS: LazyLock<Vec<Context>> =
    LazyLock::new(|| ROOMS.iter().filter_map(|room| room.module.context).collect());

/// What there is to be allowed, and the standard roles.
pub fn permissions() -> Permissions {
    edge::permissions(ROOMS.iter().map(|room| &room.module)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The settings of all modules, with what they are when nobody says otherwise.
pub fn settings() -> Value {
    let of_modules = ROOMS.iter().map(|room| (room.module.settings.known)());
    let all = of_modules.filter_map(|settings| settings.as_object().cloned()).flatten();
    Value::Object(all.collect())
}

/// Whether every module can read its settings; or which one it cannot, and why.
pub fn check_settings(given: &Value) -> Result<(), (String, String)> {
    ROOMS.iter().try_for_each(|room| (room.module.settings.check)(given))
}
