//! Who is connected: how long they may be silent, how many may come from one address, and who goes when it is full.
//!
//! A connection costs a descriptor, and a process has only so many. So there are never more than it can bear; whoever
//! says nothing is let go, and when there is no room the one that has been idle longest makes some. Whoever is being
//! served stays.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How many connections there may be, and how long they may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Connections in all; fewer than the process has descriptors.
    pub at_most: usize,
    /// From one address that is no proxy's. Never more than half of all.
    pub per_address: usize,
    /// How long the first request may take to arrive, from the greeting to its last header.
    pub first_request: Duration,
    /// How long a connection may be silent between two requests, or while it does not take what it asked for.
    pub idle: Duration,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            at_most: 400,
            per_address: 200,
            first_request: Duration::from_secs(15),
            idle: Duration::from_secs(75),
        }
    }
}

/// All that are connected.
#[derive(Clone)]
pub(crate) struct Guests(Arc<House>);

struct House {
    room: Room,
    opened: Instant,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    last: u64,
    guests: HashMap<u64, Arc<Seat>>,
    from: HashMap<IpAddr, usize>,
}

/// A connection's place. Dropping it leaves.
pub(crate) struct Guest {
    seat: Arc<Seat>,
    house: Arc<House>,
}

struct Seat {
    number: u64,
    /// Nobody's for a proxy: it brings many.
    address: Option<IpAddr>,
    asked: AtomicBool,
    /// Requests that are being worked on.
    handled: AtomicUsize,
    /// Requests that are being worked on, or whose answer is on its way.
    served: AtomicUsize,
    /// When something last happened, in milliseconds since the house was opened.
    touched: AtomicU64,
    leave: Notify,
}

/// A request on its way, until its answer has been taken.
pub(crate) struct Served {
    seat: Arc<Seat>,
    house: Arc<House>,
    handled: bool,
}

impl Guests {
    pub(crate) fn new(room: Room) -> Self {
        Self(Arc::new(House { room, opened: Instant::now(), book: Mutex::default() }))
    }

    /// A place for a new connection, if need be that of the one which has been idle longest; `None` when all are busy.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Option<Guest> {
        let house = &self.0;
        let Room { at_most, per_address, .. } = house.room;
        let address = address.map(limits::network_of);
        let mut book = house.book.lock();
        if let Some(address) = address
            && book.from.get(&address).is_some_and(|many| *many >= per_address.min(at_most / 2).max(1))
        {
            book.make_room(Some(address))?;
        }
        if book.guests.len() >= at_most {
            book.make_room(None)?;
        }
        book.last += 1;
        let seat = Arc::new(Seat {
            number: book.last,
            address,
            asked: AtomicBool::new(false),
            handled: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            touched: AtomicU64::new(house.now()),
            leave: Notify::new(),
        });
        book.guests.insert(seat.number, seat.clone());
        if let Some(address) = address {
            *book.from.entry(address).or_default() += 1;
        }
        metrics::gauge!("galleria_connections").increment(1);
        Some(Guest { seat, house: house.clone() })
    }

    /// Lets the one go that has been idle longest; there is no descriptor left.
    pub(crate) fn make_room(&self) {
        let _ = self.0.book.lock().make_room(None);
    }
}

impl Book {
    fn make_room(&mut self, from: Option<IpAddr>) -> Option<()> {
        let idle = self.guests.values().filter(|seat| seat.served.load(Ordering::Relaxed) == 0);
        let idle = idle.filter(|seat| from.is_none() || seat.address == from);
        let longest = idle.min_by_key(|seat| seat.touched.load(Ordering::Relaxed))?.clone();
        longest.leave.notify_one();
        self.remove(&longest);
        Some(())
    }

    fn remove(&mut self, seat: &Seat) {
        if self.guests.remove(&seat.number).is_none() {
            return;
        }
        metrics::gauge!("galleria_connections").decrement(1);
        let Some(address) = seat.address else { return };
        if let Some(many) = self.from.get_mut(&address) {
            *many -= 1;
            if *many == 0 {
                self.from.remove(&address);
            }
        }
    }
}

impl Seat {
    /// Until when they may be silent, counted from when the house was opened; `None` for as long as we work for them.
    fn patience(&self, room: &Room) -> Option<Duration> {
        if self.handled.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let asked = self.asked.load(Ordering::Relaxed);
        let within = if asked { room.idle } else { room.first_request };
        Some(Duration::from_millis(self.touched.load(Ordering::Relaxed)) + within)
    }
}

impl House {
    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Guest {
    /// A request has arrived.
    pub(crate) fn asks(&self) -> Served {
        let Self { seat, house } = self;
        seat.asked.store(true, Ordering::Relaxed);
        seat.handled.fetch_add(1, Ordering::Relaxed);
        seat.served.fetch_add(1, Ordering::Relaxed);
        Served { seat: seat.clone(), house: house.clone(), handled: true }
    }

    /// Until somebody else needs the place.
    pub(crate) async fn is_sent_away(&self) {
        self.seat.leave.notified().await;
    }

    /// Until they have been silent for too long. Whoever waits for us is never too silent: a request has a time limit of
    /// its own.
    pub(crate) async fn is_silent(&self) {
        let Self { seat, house } = self;
        loop {
            let until =
                house.opened + seat.patience(&house.room).unwrap_or(house.opened.elapsed() + house.room.idle);
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.house.book.lock().remove(&self.seat);
    }
}

impl Served {
    /// The answer is on its way.
    pub(crate) fn is_answered(&mut self) {
        if std::mem::take(&mut self.handled) {
            self.took();
            self.seat.handled.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A piece of the answer was taken.
    pub(crate) fn took(&self) {
        self.seat.touched.store(self.house.now(), Ordering::Relaxed);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.is_answered();
        self.took();
        self.seat.served.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        at_most: 4,
        per_address: 2,
        first_request: Duration::from_secs(15),
        idle: Duration::from_secs(75),
    };

    fn from(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    /// A connection to which something last happened then.
    fn guest(guests: &Guests, last: u8, touched: u64) -> Guest {
        let guest = guests.admit(from(last)).unwrap();
        guest.seat.touched.store(touched, Ordering::Relaxed);
        guest
    }

    async fn is_gone(guest: &Guest) -> bool {
        tokio::time::timeout(Duration::ZERO, guest.is_sent_away()).await.is_ok()
    }

    #[tokio::test]
    async fn who_has_been_idle_longest_makes_room_and_who_is_served_stays() {
        let guests = Guests::new(ROOM);
        let all = [(1, 1), (2, 9), (3, 5), (4, 7)].map(|(last, touched)| guest(&guests, last, touched));
        let _served = all[0].asks();
        all[0].seat.touched.store(1, Ordering::Relaxed);
        let _fifth = guest(&guests, 5, 10);
        assert!(is_gone(&all[2]).await);
        assert!(!is_gone(&all[0]).await && !is_gone(&all[1]).await && !is_gone(&all[3]).await);
    }

    #[tokio::test]
    async fn when_everybody_is_served_a_newcomer_is_refused() {
        let guests = Guests::new(ROOM);
        let all: Vec<Guest> = (1..=4).map(|last| guest(&guests, last, 0)).collect();
        let served: Vec<Served> = all.iter().map(Guest::asks).collect();
        assert!(guests.admit(from(9)).is_none());
        drop(served);
        assert!(guests.admit(from(9)).is_some());
    }

    #[tokio::test]
    async fn one_address_has_its_share_and_a_proxy_brings_as_many_as_there_is_room_for() {
        let guests = Guests::new(ROOM);
        let (one, other) = (guest(&guests, 1, 3), guest(&guests, 1, 2));
        let busy = (one.asks(), other.asks());
        assert!(guests.admit(from(1)).is_none());
        assert!(guests.admit(from(2)).is_some());
        drop(busy);
        for (guest, touched) in [(&one, 9), (&other, 8)] {
            guest.seat.touched.store(touched, Ordering::Relaxed);
        }
        let third = guest(&guests, 1, 4);
        assert!(is_gone(&other).await && !is_gone(&one).await);
        drop((one, other, third));
        let proxied: Vec<Option<Guest>> = (0..4).map(|_| guests.admit(None)).collect();
        assert!(proxied.iter().all(Option::is_some));
    }

    #[test]
    fn silence_ends_a_connection_before_its_first_request_and_between_two() {
        let guests = Guests::new(ROOM);
        let guest = guest(&guests, 1, 1000);
        let until = |guest: &Guest| guest.seat.patience(&ROOM).map(|until| until.as_secs());
        assert_eq!(until(&guest), Some(16), "nothing was ever asked");
        let mut served = guest.asks();
        assert_eq!(until(&guest), None, "it waits for us");
        served.is_answered();
        guest.seat.touched.store(50_000, Ordering::Relaxed);
        assert_eq!(until(&guest), Some(125), "it takes its answer slowly");
        drop(served);
        guest.seat.touched.store(60_000, Ordering::Relaxed);
        assert_eq!(until(&guest), Some(135));
    }
}
