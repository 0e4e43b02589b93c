//! Whose word about an address is believed.

use std::net::IpAddr;

use limits::{LimitsError, Proxies, Speaks};

fn proxies(speaks: Speaks) -> Proxies {
    Proxies::new("10.0.0.0/8, 2001:db8:ffff::/48".parse().unwrap(), speaks).unwrap()
}

fn client(proxies: &Proxies, peer: &str, headers: &[(&str, &str)]) -> String {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    proxies.client_address(peer.parse().unwrap(), headers).to_string()
}

/// The peer, the lines of X-Forwarded-For, and who it is.
const X_FORWARDED_FOR: &[(&str, &[&str], &str)] = &[
    // Nobody is believed who is not on the list.
    ("203.0.113.5", &["198.51.100.1"], "203.0.113.5"),
    ("203.0.113.5", &["10.0.0.1"], "203.0.113.5"),
    ("203.0.113.5", &[], "203.0.113.5"),
    ("2001:db8:1::1", &["198.51.100.1"], "2001:db8:1::1"),
    // One proxy, and two.
    ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
    ("10.0.0.1", &["198.51.100.1", "10.0.0.2"], "198.51.100.1"),
    ("2001:db8:ffff::1", &["2001:db8:1::7"], "2001:db8:1::7"),
    // What the client wrote itself stands further left, in the same line or in one of its own.
    ("10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["10.0.0.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
    ("10.0.0.1", &["10.0.0.9,10.0.0.8", "198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["\"10.0.0.9, 198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["nonsense, 198.51.100.1"], "198.51.100.1"),
    // The forms in which an address is written.
    ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
    ("10.0.0.1", &["[2001:db8:1::7]:4711"], "2001:db8:1::7"),
    ("10.0.0.1", &["[2001:db8:1::7]"], "2001:db8:1::7"),
    ("10.0.0.1", &["  198.51.100.1\t"], "198.51.100.1"),
    ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
    ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"),
    ("::ffff:203.0.113.5", &["198.51.100.1"], "203.0.113.5"),
    // What a proxy wrote and nobody can read: its own address is all that is known.
    ("10.0.0.1", &[], "10.0.0.1"),
    ("10.0.0.1", &[""], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1,"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1, nonsense, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", &["198.51.100.1.7"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.01"], "10.0.0.1"),
    ("10.0.0.1", &["0x7f.1"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1:port"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1:"], "10.0.0.1"),
    ("10.0.0.1", &["fe80::1%eth0"], "10.0.0.1"),
    ("10.0.0.1", &["[198.51.100.1]"], "10.0.0.1"),
    ("10.0.0.1", &["[2001:db8::1"], "10.0.0.1"),
    ("10.0.0.1", &["[2001:db8::1]x"], "10.0.0.1"),
    // Proxies all the way: the outermost of them.
    ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
];

#[test]
fn a_client_is_the_first_address_that_no_trusted_proxy_has() {
    let proxies = proxies(Speaks::XForwardedFor);
    for (peer, lines, expected) in X_FORWARDED_FOR {
        let headers: Vec<_> = lines.iter().map(|line| ("X-Forwarded-For", *line)).collect();
        assert_eq!(client(&proxies, peer, &headers), *expected, "{peer} {lines:?}");
    }
}

const FORWARDED: &[(&str, &[&str], &str)] = &[
    ("203.0.113.5", &["for=198.51.100.1"], "203.0.113.5"),
    ("10.0.0.1", &["for=198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["For=\"198.51.100.1:80\";proto=https;by=10.0.0.1"], "198.51.100.1"),
    ("10.0.0.1", &["proto=https; for=\"[2001:db8:1::7]:4711\""], "2001:db8:1::7"),
    ("10.0.0.1", &["for=192.0.2.66, for=198.51.100.1, for=10.0.0.2"], "198.51.100.1"),
    ("10.0.0.1", &["for=192.0.2.66", "for=198.51.100.1"], "198.51.100.1"),
    // A quote that the client left open does not swallow what the proxy wrote.
    ("10.0.0.1", &["for=\"192.0.2.66, for=198.51.100.1"], "198.51.100.1"),
    ("10.0.0.1", &["for=\"\\\", for=198.51.100.1;by=10.0.0.1"], "198.51.100.1"),
    ("10.0.0.1", &["for=unknown"], "10.0.0.1"),
    ("10.0.0.1", &["for=_hidden"], "10.0.0.1"),
    ("10.0.0.1", &["proto=https"], "10.0.0.1"),
    ("10.0.0.1", &["for=198.51.100.1;for=192.0.2.66"], "10.0.0.1"),
    ("10.0.0.1", &["for=\"198.51.100.1"], "10.0.0.1"),
    ("10.0.0.1", &["198.51.100.1"], "10.0.0.1"),
];

#[test]
fn the_standard_header_is_read_from_the_right_as_well() {
    let proxies = proxies(Speaks::Forwarded);
    for (peer, lines, expected) in FORWARDED {
        let headers: Vec<_> = lines.iter().map(|line| ("forwarded", *line)).collect();
        assert_eq!(client(&proxies, peer, &headers), *expected, "{peer} {lines:?}");
    }
}

#[test]
fn the_header_that_the_proxies_do_not_write_is_the_clients_and_ignored() {
    let both =
        [("forwarded", "for=192.0.2.66"), ("x-forwarded-for", "198.51.100.1"), ("x-real-ip", "192.0.2.67")];
    assert_eq!(client(&proxies(Speaks::XForwardedFor), "10.0.0.1", &both), "198.51.100.1");
    assert_eq!(client(&proxies(Speaks::Forwarded), "10.0.0.1", &both), "192.0.2.66");
    assert_eq!(client(&proxies(Speaks::Forwarded), "10.0.0.1", &both[1..]), "10.0.0.1");
}

#[test]
fn bytes_that_are_no_text_are_read_as_nothing() {
    let proxies = proxies(Speaks::XForwardedFor);
    let peer: IpAddr = "10.0.0.1".parse().unwrap();
    let said = |value: &'static [u8]| proxies.client_address(peer, [("x-forwarded-for", value)]).to_string();
    assert_eq!(said(b"198.51.100.1, \xff\xfe"), "10.0.0.1");
    assert_eq!(said(b"\xff\xfe, 198.51.100.1"), "198.51.100.1");
}

#[test]
fn without_a_list_nobody_is_believed_and_nobody_may_list_everybody() {
    assert_eq!(client(&Proxies::default(), "10.0.0.1", &[("x-forwarded-for", "198.51.100.1")]), "10.0.0.1");
    for everybody in ["0.0.0.0/0", "10.0.0.0/8 ::/0", "::ffff:0.0.0.0/96"] {
        let why = Proxies::new(everybody.parse().unwrap(), Speaks::default()).unwrap_err();
        assert_eq!((why.code(), &why), ("proxies_trust_everybody", &LimitsError::TrustsEverybody));
    }
}
