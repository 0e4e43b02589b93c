//! Whom we ask, and whom we do not.

use std::io;
use std::net::IpAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use outbound::{Allowed, Lookup, Outbound, OutboundError, Policy};

use crate::peer::{Peer, ok};
use crate::{get, outbound, policy};

#[test]
fn everybody_is_asked_without_encryption_at_port_80_only_and_only_where_that_is_said() {
    let plain = Outbound::new(Policy { plain: true, ..Policy::default() }).unwrap();
    assert!(plain.check("http://shop.example.com/page").is_ok());
    let refused = |outbound: &Outbound, url: &str| outbound.check(url).unwrap_err().code();
    assert_eq!(refused(&plain, "http://shop.example.com:8080/page"), "outbound_scheme_refused");
    assert_eq!(refused(&plain, "http://10.0.0.1/page"), "outbound_address_forbidden");
    let usual = Outbound::new(Policy::default()).unwrap();
    assert_eq!(refused(&usual, "http://shop.example.com/page"), "outbound_scheme_refused");
}

/// Every address in every way to write it that a browser or a resolver would understand.
const FORBIDDEN: &[&str] = &[
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0/",
    "https://0.0.0.0:8443/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://10.0.0.1/",
    "https://167772161/",
    "https://100.64.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://0xA9FEA9FE/",
    "https://0251.0376.0251.0376/",
    "https://168.63.129.16/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::1]/",
    "https://[2001:db8::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[ff02::1]/",
];

#[tokio::test]
async fn nothing_that_leads_to_ourselves_is_asked_however_it_is_written() {
    let careful = outbound(Policy::default());
    for url in FORBIDDEN {
        let why = careful.check(url).unwrap_err();
        assert!(matches!(why, OutboundError::Forbidden { .. }), "{url}: {why:?}");
    }
    let peer = Peer::start(|_| ok("secret")).await;
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let why = careful.send(get(&format!("https://{host}:{}/", peer.port))).await.unwrap_err();
        assert_eq!(why.code(), "outbound_address_forbidden", "{host}");
        assert!(!why.again());
    }
    assert_eq!(peer.connections(), 0);
}

#[test]
fn the_world_may_be_asked() {
    let careful = outbound(Policy::default());
    for url in [
        "https://accounts.google.com",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]:8443/a?b",
        "https://münchen.example/",
    ] {
        assert!(careful.check(url).is_ok(), "{url}");
    }
}

#[test]
fn only_https_is_spoken_to_strangers() {
    let tests = outbound(policy());
    for url in [
        "http://example.com/",
        "http://8.8.8.8/",
        "http://localhost/",
        "http://127.0.0.2/",
        "http://[::1]/",
        "ftp://example.com/",
        "gopher://127.0.0.1/",
        "ws://example.com/",
    ] {
        assert_eq!(tests.check(url).unwrap_err().code(), "outbound_scheme_refused", "{url}");
    }
    for url in
        ["file:///etc/passwd", "data:text/plain,a", "javascript:alert(1)", "", "example.com", "https://"]
    {
        let code = tests.check(url).unwrap_err().code();
        assert_eq!(code, "outbound_address_invalid", "{url}");
    }
    assert!(tests.check("http://127.0.0.1:8080/").is_ok());
    let strict = outbound(Policy { allow_http: false, ..policy() });
    assert_eq!(strict.check("http://127.0.0.1/").unwrap_err().code(), "outbound_scheme_refused");
    assert!(strict.check("https://127.0.0.1/").is_ok());
}

#[test]
fn a_url_with_a_password_is_refused_and_not_repeated() {
    let careful = outbound(Policy::default());
    for url in ["https://user:hush@example.com/", "https://hush@example.com/", "https://:hush@example.com/"] {
        let why = careful.check(url).unwrap_err();
        assert_eq!(why.code(), "outbound_credentials_refused", "{url}");
        assert!(!format!("{why} {why:?}").contains("hush"));
    }
    let why = careful.check("user:hush@:/?token=hush").unwrap_err();
    assert!(!format!("{why} {why:?}").contains("hush"));
}

#[test]
fn no_policy_frees_the_metadata_of_a_cloud() {
    let allow = ["0.0.0.0/0", "::/0", "169.254.169.254"].map(|text| Allowed::parse(text).unwrap()).to_vec();
    let reckless = outbound(Policy { allow, allow_http: true, ..Policy::default() });
    assert!(reckless.check("http://10.0.0.1/").is_ok());
    assert!(reckless.check("http://[::1]/").is_ok());
    for host in
        ["169.254.169.254", "169.254.170.2", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200"]
    {
        let why = reckless.check(&format!("http://{host}/")).unwrap_err();
        assert_eq!(why.code(), "outbound_address_forbidden", "{host}");
    }
}

#[test]
fn what_is_allowed_is_a_network_an_address_or_a_name() {
    for text in ["10.0.0.0/8", "127.0.0.1", "::1", "fd12::/16", "login.intern", "Login.Intern."] {
        assert!(Allowed::parse(text).is_ok(), "{text}");
    }
    assert_eq!(Allowed::parse("Login.Intern.").unwrap(), Allowed::Host("login.intern".into()));
    for text in ["", "10.0.0.0/33", "https://login.intern", "a b", "127.1"] {
        assert!(Allowed::parse(text).is_err(), "{text}");
    }
}

/// Answers each question with the next list, and counts the questions.
struct Script {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Script {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().map(|list| list.to_vec()).collect();
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Lookup for Script {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let at = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let found = self.answers[at].iter().map(|text| text.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    }
}

fn allowing(host: &str) -> Policy {
    Policy { allow: vec![Allowed::parse(host).unwrap()], ..policy() }
}

#[tokio::test]
async fn a_name_that_leads_to_ourselves_is_not_asked() {
    let peer = Peer::start(|_| ok("secret")).await;
    for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00:ec2::254"] {
        let script = Script::new(&[&[address]]);
        let careful = Outbound::with_lookup(Policy::default(), Arc::clone(&script) as _).unwrap();
        let why = careful.send(get(&format!("https://evil.test:{}/", peer.port))).await.unwrap_err();
        assert_eq!(why.code(), "outbound_address_forbidden", "{address}");
        assert!(why.to_string().contains("evil.test"), "{why}");
        assert_eq!(script.asked(), 1, "a refusal is not tried again");
    }
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_checked_the_second_time() {
    let peer = Peer::start(|_| ok("hello")).await;
    let script = Script::new(&[&["127.0.0.1"], &["169.254.169.254"], &["198.51.100.7"]]);
    let rebound = Outbound::with_lookup(allowing("rebinding.test"), Arc::clone(&script) as _).unwrap();
    let url = format!("http://rebinding.test:{}/", peer.port);
    assert_eq!(rebound.send(get(&url)).await.unwrap().body().as_ref(), b"hello");
    assert_eq!(script.asked(), 1, "the connection goes to what was checked, and nobody is asked again");
    assert_eq!(rebound.send(get(&url)).await.unwrap_err().code(), "outbound_address_forbidden");
    // A name frees what is private, and not what belongs to nobody.
    assert_eq!(rebound.send(get(&url)).await.unwrap_err().code(), "outbound_address_forbidden");
    assert_eq!((peer.connections(), script.asked()), (1, 3));
}

#[tokio::test]
async fn of_many_addresses_only_those_that_may_be_asked_are() {
    let (good, bad) = (Peer::at("127.0.0.2", |_| ok("good")).await, Peer::start(|_| ok("bad")).await);
    let script = Script::new(&[&["169.254.169.254", "198.51.100.7", "127.0.0.2"]]);
    let picky = Outbound::with_lookup(allowing("both.test"), script).unwrap();
    let answer = picky.send(get(&format!("http://both.test:{}/", good.port))).await.unwrap();
    assert_eq!(answer.body().as_ref(), b"good");
    assert_eq!(bad.connections(), 0);
}

#[tokio::test]
async fn a_name_nobody_knows_can_be_asked_again_later() {
    let nobody = Outbound::with_lookup(allowing("a.test"), Script::new(&[&[]])).unwrap();
    let why = nobody.send(get("https://nobody.test/")).await.unwrap_err();
    assert_eq!((why.code(), why.again()), ("outbound_name_unknown", true));
}

/// The environment belongs to the whole process, so the call is made in one of its own.
#[tokio::test]
async fn the_proxy_of_the_environment_is_not_asked() {
    if let Ok(target) = std::env::var("OUTBOUND_TEST_TARGET") {
        assert_eq!(outbound(policy()).send(get(&target)).await.unwrap().body().as_ref(), b"target");
        return;
    }
    let (target, proxy) = (Peer::start(|_| ok("target")).await, Peer::start(|_| ok("proxy")).await);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "addresses::the_proxy_of_the_environment_is_not_asked"]);
    child.env("OUTBOUND_TEST_TARGET", target.url("/"));
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        child.env(name, proxy.url(""));
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((target.requests(), proxy.connections()), (1, 0));
}
