//! A part of the platform, as data. The binary has one list of them, and everything that is made of all parts is made of
//! that list: the tables, the roles, the routes with their document, the pages of the codes, and who works in the
//! background.

use kernel::ProblemDoc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::Context;
use store::relay::{Wants, Workers};

use crate::access::grants::{Permission, Permissions, Share};
use crate::document::Groups;
use crate::published::{PublicEvent, Publishes};
use crate::routing::Routes;

/// What a part is, before anything of it runs.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    pub name: &'static str,
    /// What it keeps, if it keeps anything.
    pub context: Option<Context>,
    /// How it says no.
    pub problems: &'static [ProblemDoc],
    /// What a code means that no operation answers with, but a job that failed, or the log.
    pub explains: &'static [ProblemDoc],
    /// The modules in whose words it says no, too, because it has them do something.
    pub refused_like: &'static [&'static str],
    pub permissions: &'static [Permission],
    /// What the standard roles get of it.
    pub shares: &'static [Share],
    /// The groups of its operations, and what a stranger should know of each.
    pub groups: &'static [(&'static str, &'static str)],
    /// What it tells everybody else of what happened.
    pub publishes: &'static [Publishes],
    pub settings: ModuleSettings,
}

impl Module {
    /// A part that keeps nothing and guards nothing.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            context: None,
            problems: &[],
            explains: &[],
            refused_like: &[],
            permissions: &[],
            shares: &[],
            groups: &[],
            publishes: &[],
            settings: ModuleSettings::NONE,
        }
    }

    /// How it says no, with what it is refused by others.
    pub(crate) fn refusals(&self, all: &[Self]) -> Result<Vec<ProblemDoc>, String> {
        let mut problems = self.problems.to_vec();
        for name in self.refused_like {
            let other = all.iter().find(|module| module.name == *name);
            let other = other.ok_or_else(|| {
                format!("the module {} is refused like {name}, which is not there", self.name)
            })?;
            problems.extend(other.problems);
        }
        Ok(problems)
    }
}

/// What all of them together let people do.
pub fn permissions<'a>(modules: impl IntoIterator<Item = &'a Module>) -> Result<Permissions, String> {
    let (mut known, mut shares) = (Vec::new(), Vec::new());
    for module in modules {
        known.extend_from_slice(module.permissions);
        shares.extend_from_slice(module.shares);
    }
    Permissions::new(known, &shares)
}

/// The groups of all their operations.
pub(crate) fn groups<'a>(modules: impl IntoIterator<Item = &'a Module>) -> Result<Groups, String> {
    let mut all = Groups::new();
    for (name, about) in modules.into_iter().flat_map(|module| module.groups) {
        if all.insert(name, about).is_some() {
            return Err(format!("two modules say what the group {name:?} is about"));
        }
    }
    Ok(all)
}

/// All that they publish, by kind.
pub fn public_events<'a>(modules: impl IntoIterator<Item = &'a Module>) -> Vec<PublicEvent> {
    let publishes = modules.into_iter().flat_map(|module| module.publishes);
    let mut events: Vec<PublicEvent> = publishes.flat_map(|publishes| publishes.events).copied().collect();
    events.sort_unstable_by_key(|event| (event.kind, event.version));
    events
}

/// Whoever reads the log reads what its own module writes, and of the others' what they publish.
pub(crate) fn check_wants(module: &Module, workers: &Workers, public: &[PublicEvent]) -> Result<(), String> {
    let streams = module.context.iter().flat_map(|context| context.streams);
    let own: Vec<&str> = streams.flat_map(|stream| stream.kinds()).map(|(kind, _)| *kind).collect();
    for subscriber in &workers.subscribers {
        let Wants::Kinds(kinds) = subscriber.wants() else { continue };
        let told = |kind: &str| own.contains(&kind) || public.iter().any(|event| event.kind == kind);
        if let Some(kind) = kinds.iter().find(|kind| !told(kind)) {
            return Err(format!(
                "{} wants {kind:?}, which its module does not write and nobody publishes",
                subscriber.name()
            ));
        }
    }
    Ok(())
}

/// The settings of a module, with its type forgotten. All settings of the platform are one flat list, so a module's are
/// called by what they set.
#[derive(Debug, Clone, Copy)]
pub struct ModuleSettings {
    /// Their names, and what they are when nobody says otherwise.
    pub known: fn() -> Value,
    /// Whether they can be read; or which one cannot be used, and what it may be, as a sentence without an end.
    pub check: fn(&Value) -> Result<(), (String, String)>,
}

impl ModuleSettings {
    const NONE: Self = Self { known: || Value::Null, check: |_| Ok(()) };

    pub const fn of<S: Default + Serialize + DeserializeOwned>() -> Self {
        Self { known: known::<S>, check: check::<S> }
    }
}

fn known<S: Default + Serialize>() -> Value {
    serde_json::to_value(S::default()).expect("settings have string keys and no failing serializers")
}

fn check<S: DeserializeOwned>(given: &Value) -> Result<(), (String, String)> {
    let read = serde_path_to_error::deserialize::<_, S>(given);
    read.map(drop).map_err(|error| (error.path().to_string(), error.into_inner().to_string()))
}

/// What of a part runs in a process that serves.
#[derive(Default)]
pub struct Running {
    pub routes: Routes,
    pub workers: Workers,
}
