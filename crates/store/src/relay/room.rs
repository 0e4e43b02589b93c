//! How many jobs are under way at once: on a node, and of one tenant.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kernel::TenantId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pace::Pace;
use super::wake_ups::WakeUps;

/// Among which jobs one waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Among all that are over soon.
    Short,
    /// Among those that take as long as there is much to do. What is short and due never waits for them, and each tenant
    /// has one at a time, so that nobody waits for all that one tenant wants.
    Long,
    /// Among those of its kind, so many at once, and so many of one tenant.
    Own { at_once: usize, of_a_tenant: usize },
    /// Among those of its kind that wait for somebody outside: so many at once, so many of one tenant, and of these so many
    /// for the same destination. Whoever does not answer keeps nobody waiting but those that wait for them.
    Outside { at_once: usize, of_a_tenant: usize, of_a_destination: usize },
}

impl Room {
    /// How many of a tenant are under way for the same destination.
    pub(super) fn of_a_destination(self) -> usize {
        match self {
            Self::Short => usize::MAX,
            Self::Long => 1,
            Self::Own { of_a_tenant: most, .. } | Self::Outside { of_a_destination: most, .. } => most,
        }
    }

    /// With whom a job of this kind is counted, and how many of them there may be.
    fn counts(self, tenant: TenantId, kind: &'static str, destination: &str) -> Vec<(Counted, usize)> {
        let all = |kind, most| ((tenant, kind, None), most);
        match self {
            Self::Short => Vec::new(),
            Self::Long => vec![all("long", 1)],
            Self::Own { of_a_tenant, .. } => vec![all(kind, of_a_tenant)],
            Self::Outside { of_a_tenant, of_a_destination, .. } => {
                let same = (tenant, kind, Some(destination.to_owned()));
                vec![all(kind, of_a_tenant), (same, of_a_destination)]
            }
        }
    }
}

/// Whose jobs are counted together: a tenant's, of a kind or those that are long, all or those for one destination.
type Counted = (TenantId, &'static str, Option<String>);

/// The rooms of a node; all that are long share one.
pub(super) struct Rooms {
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    own: HashMap<&'static str, Arc<Semaphore>>,
    /// How many are under way, where that has a limit.
    under_way: Mutex<HashMap<Counted, usize>>,
    /// Whose jobs wait until somebody else's leave room, by the room.
    waiting: Mutex<HashMap<&'static str, HashSet<TenantId>>>,
}

impl Rooms {
    /// For these kinds of jobs, each by its name.
    pub(super) fn new(pace: &Pace, kinds: impl Iterator<Item = (&'static str, Room)>) -> Self {
        let own = kinds.filter_map(|(kind, room)| match room {
            Room::Own { at_once, .. } | Room::Outside { at_once, .. } => {
                Some((kind, Arc::new(Semaphore::new(at_once))))
            }
            Room::Short | Room::Long => None,
        });
        Self {
            short: Arc::new(Semaphore::new(pace.jobs)),
            long: Arc::new(Semaphore::new(pace.long_jobs)),
            own: own.collect(),
            under_way: Mutex::default(),
            waiting: Mutex::default(),
        }
    }
}

/// Room for one job, until it is dropped.
pub(super) struct Place {
    rooms: Arc<Rooms>,
    wake_ups: Arc<WakeUps>,
    tenant: TenantId,
    room: &'static str,
    counted: Vec<Counted>,
    slot: Option<OwnedSemaphorePermit>,
    /// Whether a job was begun in it: then there may be another of the tenant's that waited for it to end.
    pub(super) used: bool,
}

/// Why there is no room.
enum Full {
    /// Others have it.
    Room(&'static str),
    /// The tenant has so many under way itself, and looks again when one of them ends.
    Theirs,
}

/// Whose job wants room, and for whom it waits.
#[derive(Clone, Copy)]
pub(super) struct Wanting<'a> {
    pub(super) tenant: TenantId,
    pub(super) kind: &'static str,
    pub(super) room: Room,
    pub(super) destination: &'a str,
}

impl Place {
    /// Whoever gets none is told as soon as some is free.
    pub(super) fn take_or_wait(
        rooms: &Arc<Rooms>,
        wake_ups: &Arc<WakeUps>,
        wanting: Wanting<'_>,
    ) -> Option<Self> {
        match Self::take(rooms, wake_ups, wanting) {
            Ok(place) => Some(place),
            Err(Full::Theirs) => None,
            Err(Full::Room(room)) => {
                rooms.waiting.lock().entry(room).or_default().insert(wanting.tenant);
                // It may have been given back in between.
                Self::take(rooms, wake_ups, wanting).ok()
            }
        }
    }

    fn take(rooms: &Arc<Rooms>, wake_ups: &Arc<WakeUps>, wanting: Wanting<'_>) -> Result<Self, Full> {
        let Wanting { tenant, kind, room, destination } = wanting;
        let (name, slots) = match room {
            Room::Short => ("short", Some(&rooms.short)),
            Room::Long => ("long", Some(&rooms.long)),
            Room::Own { .. } | Room::Outside { .. } => (kind, rooms.own.get(kind)),
        };
        let slots = slots.ok_or(Full::Theirs)?;
        let counts = room.counts(tenant, kind, destination);
        let mut under_way = rooms.under_way.lock();
        if counts.iter().any(|(whose, most)| under_way.get(whose).is_some_and(|theirs| theirs >= most)) {
            return Err(Full::Theirs);
        }
        let slot = slots.clone().try_acquire_owned().map_err(|_| Full::Room(name))?;
        let counted: Vec<Counted> = counts.into_iter().map(|(whose, _)| whose).collect();
        for whose in &counted {
            *under_way.entry(whose.clone()).or_default() += 1;
        }
        drop(under_way);
        let (rooms, wake_ups) = (rooms.clone(), wake_ups.clone());
        Ok(Self { rooms, wake_ups, tenant, room: name, counted, slot: Some(slot), used: false })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.rooms.under_way.lock();
        for whose in &self.counted {
            match under_way.get_mut(whose) {
                Some(theirs) if *theirs > 1 => *theirs -= 1,
                _ => {
                    under_way.remove(whose);
                }
            }
        }
        drop(under_way);
        self.slot.take();
        let waiting = self.rooms.waiting.lock().remove(self.room).unwrap_or_default();
        // Of those that are counted only so many were looked at.
        let own = (self.used && !self.counted.is_empty()).then_some(self.tenant);
        for tenant in waiting.into_iter().chain(own) {
            self.wake_ups.wake_for_jobs(tenant);
        }
    }
}
