//! A location: where stock lies.

use kernel::{Aggregate, Check, Decide, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use store::Desk;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{LocationId, Refusal};

impl LocationId {
    /// The location that every shop has without anybody making it; what is counted without naming one lies there.
    pub const DEFAULT: Self = Self(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LocationStatus)]
pub enum Status {
    #[default]
    Active,
    Closed,
}

/// What a location says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Those with the highest priority ship first.
    #[serde(default)]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub priority: i64,
    /// Whether orders leave from it.
    #[serde(default = "yes")]
    pub ships: bool,
    #[serde(default)]
    pub status: Status,
}

fn yes() -> bool {
    true
}

/// Where it is: a place of the business, and nobody's home.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LocationAddress)]
pub struct Address {
    #[schema(min_length = 1, max_length = 200)]
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub line2: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub city: String,
    /// As the country writes it; left out where there are none.
    #[serde(default)]
    pub postal_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub region: Option<String>,
    /// Two letters, ISO 3166-1: IE.
    pub country: String,
}

impl Location {
    /// The default location, as it is while nobody has said anything of it.
    pub(crate) fn usual() -> Self {
        Self { name: "Default location".into(), ships: true, ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        if let Some(address) = &self.address {
            places::check_address(&mut check, "/address", &address.country, &address.postal_code);
        }
        check.done()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub location: Option<Location>,
}

kernel::events! {
    pub enum PlaceEvent {
        Made(Made) = ("location.made", 1),
        Changed(Changed) = ("location.changed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub location: Location,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub location: Location,
}

impl Aggregate for Place {
    const KIND: &'static str = "location";
    type Event = PlaceEvent;

    fn apply(&mut self, event: &PlaceEvent) {
        let (PlaceEvent::Made(Made { location }) | PlaceEvent::Changed(Changed { location })) = event;
        self.location = Some(location.clone());
    }
}

/// Makes a location, or replaces what it says.
pub struct Say(pub Location);

impl Decide<Say> for Place {
    type Refusal = Refusal;

    fn decide(&self, command: &Say, _now: Timestamp) -> Result<Vec<PlaceEvent>, Refusal> {
        Ok(match &self.location {
            Some(location) if *location == command.0 => Vec::new(),
            Some(_) => vec![Changed { location: command.0.clone() }.into()],
            None => vec![Made { location: command.0.clone() }.into()],
        })
    }
}

/// What a location says; the default one has something to say before anybody said it.
pub(crate) fn location(desk: &mut Desk<'_>, id: LocationId) -> Option<Location> {
    let said = desk.find::<Place>(id).and_then(|place| place.location.clone());
    said.or_else(|| (id == LocationId::DEFAULT).then(Location::usual))
}
