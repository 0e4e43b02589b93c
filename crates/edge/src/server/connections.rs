//! Open connections: how long they may be silent, how many may come from one address, and which is closed when there are
//! too many.
//!
//! A connection costs a file descriptor, and a process has only so many. So their number is limited: a silent connection is
//! closed, and when there is no room for a new one, the one that has been idle longest is closed. A connection with a
//! request under way stays open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::platform::ConnectionLimits;

/// All open connections.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Shared>);

struct Shared {
    limits: ConnectionLimits,
    opened: Instant,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    last: u64,
    connections: HashMap<u64, Arc<Slot>>,
    from: HashMap<IpAddr, usize>,
}

/// An open connection. Dropping it frees its slot.
pub(crate) struct Connection {
    slot: Arc<Slot>,
    shared: Arc<Shared>,
}

struct Slot {
    number: u64,
    /// `None` for a proxy: it makes many connections, so they are not counted by address.
    address: Option<IpAddr>,
    asked: AtomicBool,
    /// Requests that are being worked on.
    handled: AtomicUsize,
    /// Requests that are being worked on, or whose answer is on its way.
    served: AtomicUsize,
    /// When something last happened, in milliseconds since we began.
    touched: AtomicU64,
    leave: Notify,
}

/// A request on its way, until its answer has been taken.
pub(crate) struct Served {
    slot: Arc<Slot>,
    shared: Arc<Shared>,
    handled: bool,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        Self(Arc::new(Shared { limits, opened: Instant::now(), open: Mutex::default() }))
    }

    /// A slot for a new connection, if need be that of the one which has been idle longest; `None` when all are busy.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Option<Connection> {
        let shared = &self.0;
        let ConnectionLimits { at_most, per_address, .. } = shared.limits;
        let address = address.map(limits::network_of);
        let mut open = shared.open.lock();
        if let Some(address) = address
            && open.from.get(&address).is_some_and(|many| *many >= per_address.min(at_most / 2).max(1))
        {
            open.make_room(Some(address))?;
        }
        if open.connections.len() >= at_most {
            open.make_room(None)?;
        }
        open.last += 1;
        let slot = Arc::new(Slot {
            number: open.last,
            address,
            asked: AtomicBool::new(false),
            handled: AtomicUsize::new(0),
            served: AtomicUsize::new(0),
            touched: AtomicU64::new(shared.now()),
            leave: Notify::new(),
        });
        open.connections.insert(slot.number, slot.clone());
        if let Some(address) = address {
            *open.from.entry(address).or_default() += 1;
        }
        metrics::gauge!("galleria_connections").increment(1);
        Some(Connection { slot, shared: shared.clone() })
    }

    /// Closes the one that has been idle longest, because there is no descriptor left.
    pub(crate) fn make_room(&self) {
        let _ = self.0.open.lock().make_room(None);
    }
}

impl Open {
    fn make_room(&mut self, from: Option<IpAddr>) -> Option<()> {
        let idle = self.connections.values().filter(|slot| slot.served.load(Ordering::Relaxed) == 0);
        let idle = idle.filter(|slot| from.is_none() || slot.address == from);
        let longest = idle.min_by_key(|slot| slot.touched.load(Ordering::Relaxed))?.clone();
        longest.leave.notify_one();
        self.remove(&longest);
        Some(())
    }

    fn remove(&mut self, slot: &Slot) {
        if self.connections.remove(&slot.number).is_none() {
            return;
        }
        metrics::gauge!("galleria_connections").decrement(1);
        let Some(address) = slot.address else { return };
        if let Some(many) = self.from.get_mut(&address) {
            *many -= 1;
            if *many == 0 {
                self.from.remove(&address);
            }
        }
    }
}

impl Slot {
    /// Until when they may be silent, counted from when we began; `None` for as long as we work for them.
    fn patience(&self, limits: &ConnectionLimits) -> Option<Duration> {
        if self.handled.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let asked = self.asked.load(Ordering::Relaxed);
        let within = if asked { limits.idle } else { limits.first_request };
        Some(Duration::from_millis(self.touched.load(Ordering::Relaxed)) + within)
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Connection {
    /// A request has arrived.
    pub(crate) fn asks(&self) -> Served {
        let Self { slot, shared } = self;
        slot.asked.store(true, Ordering::Relaxed);
        slot.handled.fetch_add(1, Ordering::Relaxed);
        slot.served.fetch_add(1, Ordering::Relaxed);
        Served { slot: slot.clone(), shared: shared.clone(), handled: true }
    }

    /// Waits until somebody else needs the slot.
    pub(crate) async fn is_sent_away(&self) {
        self.slot.leave.notified().await;
    }

    /// Waits until the connection has been silent for too long. While a request is being handled it is never too silent: a
    /// request has a time limit of its own.
    pub(crate) async fn is_silent(&self) {
        let Self { slot, shared } = self;
        loop {
            let until = shared.opened
                + slot.patience(&shared.limits).unwrap_or(shared.opened.elapsed() + shared.limits.idle);
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.open.lock().remove(&self.slot);
    }
}

impl Served {
    /// The answer is on its way.
    pub(crate) fn is_answered(&mut self) {
        if std::mem::take(&mut self.handled) {
            self.took();
            self.slot.handled.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A piece of the answer was taken.
    pub(crate) fn took(&self) {
        self.slot.touched.store(self.shared.now(), Ordering::Relaxed);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.is_answered();
        self.took();
        self.slot.served.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ConnectionLimits = ConnectionLimits {
        at_most: 4,
        per_address: 2,
        first_request: Duration::from_secs(15),
        idle: Duration::from_secs(75),
    };

    fn from(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    /// A connection to which something last happened then.
    fn connection(connections: &Connections, last: u8, touched: u64) -> Connection {
        let connection = connections.admit(from(last)).unwrap();
        connection.slot.touched.store(touched, Ordering::Relaxed);
        connection
    }

    async fn is_gone(connection: &Connection) -> bool {
        tokio::time::timeout(Duration::ZERO, connection.is_sent_away()).await.is_ok()
    }

    #[tokio::test]
    async fn who_has_been_idle_longest_makes_room_and_who_is_served_stays() {
        let connections = Connections::new(LIMITS);
        let all =
            [(1, 1), (2, 9), (3, 5), (4, 7)].map(|(last, touched)| connection(&connections, last, touched));
        let _served = all[0].asks();
        all[0].slot.touched.store(1, Ordering::Relaxed);
        let _fifth = connection(&connections, 5, 10);
        assert!(is_gone(&all[2]).await);
        assert!(!is_gone(&all[0]).await && !is_gone(&all[1]).await && !is_gone(&all[3]).await);
    }

    #[tokio::test]
    async fn when_everybody_is_served_a_newcomer_is_refused() {
        let connections = Connections::new(LIMITS);
        let all: Vec<Connection> = (1..=4).map(|last| connection(&connections, last, 0)).collect();
        let served: Vec<Served> = all.iter().map(Connection::asks).collect();
        assert!(connections.admit(from(9)).is_none());
        drop(served);
        assert!(connections.admit(from(9)).is_some());
    }

    #[tokio::test]
    async fn one_address_has_its_share_and_a_proxy_brings_as_many_as_there_is_room_for() {
        let connections = Connections::new(LIMITS);
        let (one, other) = (connection(&connections, 1, 3), connection(&connections, 1, 2));
        let busy = (one.asks(), other.asks());
        assert!(connections.admit(from(1)).is_none());
        assert!(connections.admit(from(2)).is_some());
        drop(busy);
        for (connection, touched) in [(&one, 9), (&other, 8)] {
            connection.slot.touched.store(touched, Ordering::Relaxed);
        }
        let third = connection(&connections, 1, 4);
        assert!(is_gone(&other).await && !is_gone(&one).await);
        drop((one, other, third));
        let proxied: Vec<Option<Connection>> = (0..4).map(|_| connections.admit(None)).collect();
        assert!(proxied.iter().all(Option::is_some));
    }

    #[test]
    fn silence_ends_a_connection_before_its_first_request_and_between_two() {
        let connections = Connections::new(LIMITS);
        let connection = connection(&connections, 1, 1000);
        let until = |connection: &Connection| connection.slot.patience(&LIMITS).map(|until| until.as_secs());
        assert_eq!(until(&connection), Some(16), "nothing was ever asked");
        let mut served = connection.asks();
        assert_eq!(until(&connection), None, "it waits for us");
        served.is_answered();
        connection.slot.touched.store(50_000, Ordering::Relaxed);
        assert_eq!(until(&connection), Some(125), "it takes its answer slowly");
        drop(served);
        connection.slot.touched.store(60_000, Ordering::Relaxed);
        assert_eq!(until(&connection), Some(135));
    }
}
