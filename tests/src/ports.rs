//! Ports for servers that must be told which one is theirs, and keep it when they are started again.

use std::fs::OpenOptions;
use std::io::{Read, Seek, Write};
use std::net::TcpListener;
use std::ops::Range;

/// Below those that the kernel gives to connections that go out, and to whoever asks for any port: nobody gets one of
/// these by chance.
const PORTS: Range<u16> = 10_000..32_000;

/// A port that nobody listens on, and that no other test of this machine is given before all others were.
pub fn free_port() -> u16 {
    let counter = std::env::temp_dir().join("galleria-tests.port");
    let mut counter =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(counter).unwrap();
    // Other processes ask, too. Closing the file lets the next one in.
    counter.lock().unwrap();
    let mut last = String::new();
    counter.read_to_string(&mut last).unwrap();
    let port = free_after(last.trim().parse().unwrap_or(PORTS.start));
    counter.set_len(0).unwrap();
    counter.rewind().unwrap();
    counter.write_all(port.to_string().as_bytes()).unwrap();
    port
}

fn free_after(last: u16) -> u16 {
    let mut port = last;
    for _ in PORTS {
        port = if PORTS.contains(&(port + 1)) { port + 1 } else { PORTS.start };
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("somebody listens on every port of {PORTS:?}");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_port_is_given_to_one_asker_and_never_to_a_connection() {
        let askers: Vec<_> = (0..8).map(|_| std::thread::spawn(|| [(); 20].map(|()| free_port()))).collect();
        let given: Vec<_> = askers.into_iter().flat_map(|asker| asker.join().unwrap()).collect();
        assert_eq!(given.iter().collect::<HashSet<_>>().len(), 160, "{given:?}");
        assert!(given.iter().all(|port| PORTS.contains(port)));
    }

    #[test]
    fn a_port_that_is_taken_is_passed_over_and_after_the_last_comes_the_first() {
        let taken = TcpListener::bind(("127.0.0.1", free_port())).unwrap();
        let taken = taken.local_addr().unwrap().port();
        assert!(free_after(taken - 1) > taken || taken == PORTS.end - 1);
        assert!(free_after(PORTS.end - 1) < PORTS.start + 1_000);
    }
}
