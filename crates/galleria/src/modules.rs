//! What the platform is made of: one list, and the parts that those in it share.

use std::sync::{Arc, LazyLock};

use connect::Partners;
use console::{CommandSet, Doing, ModuleCommands};
use customers::Register;
use domains::Prover;
use edge::{Module, ModuleSettings, Permissions, Running};
use files::Shelf;
use identity::{AccountAuthenticator, Letters};
use orders::Ports;
use payments::Cashier;
use search::Search;
use store::Context;

use crate::clock;
use crate::own_session::OwnSession;
use crate::ports::customer_records::{AccountsAndOrders, Records};
use crate::ports::customers::Customers;
use crate::ports::order_claims::Claims;
use crate::ports::order_payments::{Paid, UntouchedOrders};

/// A module, what of it runs in a process that serves, and what of it can be typed.
struct Room {
    module: Module,
    running: fn(&Parts) -> Running,
    commands: Option<ModuleCommands<OwnSession>>,
}

fn room(module: Module, running: fn(&Parts) -> Running) -> Room {
    Room { module, running, commands: None }
}

impl Room {
    fn obeying<C: CommandSet>(self, obey: fn(&OwnSession, C) -> Doing<'_>) -> Self {
        Self { commands: Some(ModuleCommands::new(self.module.name, obey)), ..self }
    }
}

/// A new module is a line here.
fn rooms() -> Vec<Room> {
    vec![
        room(catalog::MODULE, |_| catalog::running(Arc::new(Customers))),
        room(orders::MODULE, |parts| {
            let mut orders = orders::running(parts.ports.clone(), Arc::new(UntouchedOrders));
            orders.workers.subscribers.extend([Arc::new(Paid) as _, Arc::new(Claims) as _]);
            orders
        }),
        room(payments::MODULE, |parts| payments::running(&parts.cashier)).obeying(|session, typed| {
            Box::pin(payments::obey(session, session.config.listen, clock::now, typed))
        }),
        room(files::MODULE, |parts| files::running(&parts.shelf)),
        room(identity::MODULE, |parts| identity::running(&parts.authenticator, parts.letters.clone()))
            .obeying(|session, typed| {
                Box::pin(identity::obey(session, permissions(), session.config.addresses(), typed))
            }),
        room(domains::MODULE, |parts| domains::running(&parts.prover)),
        room(connect::MODULE, |parts| connect::running(&parts.partners)),
        room(customers::MODULE, |parts| {
            let mut customers = customers::running(parts.register.clone(), Arc::new(AccountsAndOrders));
            customers.workers.subscribers.push(Arc::new(Records));
            customers
        }),
        room(sheets::MODULE, |parts| sheets::running(&parts.shelf)).obeying(|session, typed| {
            Box::pin(async { sheets::obey(session, session.config.files()?, typed).await })
        }),
        room(storefront::MODULE, |parts| {
            storefront::running(
                parts.shelf.clone(),
                parts.search.clone(),
                parts.ports.clone(),
                parts.cashier.clone(),
            )
        }),
        room(edge::MODULE, |_| edge::running())
            .obeying(|session, typed| Box::pin(operations::obey(session, typed))),
        room(search::MODULE, |parts| search::running(parts.search.clone())).obeying(|session, typed| {
            Box::pin(async { search::obey(session, &session.config.search()?, typed).await })
        }),
        room(entry::MODULE, |_| entry::running()),
    ]
}

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
    rooms().into_iter().map(|room| (room.module, (room.running)(parts))).collect()
}

/// What can be typed.
pub fn commands() -> Vec<ModuleCommands<OwnSession>> {
    rooms().into_iter().filter_map(|room| room.commands).collect()
}

/// What the platform keeps.
pub static CONTEXTS: LazyLock<Vec<Context>> =
    LazyLock::new(|| rooms().into_iter().filter_map(|room| room.module.context).collect());

/// What there is to be allowed, and the standard roles.
pub fn permissions() -> Permissions {
    let rooms = rooms();
    edge::permissions(rooms.iter().map(|room| &room.module)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// What can be set.
pub fn settings() -> Vec<ModuleSettings> {
    rooms().into_iter().map(|room| room.module.settings).collect()
}
