//! Reached by a name that is not localhost: with encryption, without it, and on a network that is trusted all the same.

use std::path::Path;
use std::process::Command;

use galleria_tests::server::{command, galleria, refused};
use galleria_tests::{Answer, Browser, Client, Server, eventually};

use crate::people::{PASSWORD, Town, sign_in};
use crate::selling::fitted;
use crate::world::{Engine, World, lamp};

const BASE: (&str, &str) = ("GALLERIA_BASE_DOMAIN", "shop.test");

/// A certificate that vouches for itself, in a folder, and its key.
fn certificate(folder: &Path, name: &str, hosts: &[&str]) {
    let file = |ending: &str| folder.join(format!("{name}.{ending}")).display().to_string();
    let hosts: Vec<String> = hosts.iter().map(|host| format!("DNS:{host}")).collect();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-subj", &format!("/CN={name}"), "-addext", &format!("subjectAltName={}", hosts.join(","))])
        .args(["-keyout", &file("key"), "-out", &file("pem")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Whose certificate is shown to whoever asks for a host.
fn shown(port: u16, host: &str) -> String {
    let asked = format!(
        "openssl s_client -connect 127.0.0.1:{port} -servername {host} </dev/null 2>/dev/null | openssl x509 -noout -subject"
    );
    let said = Command::new("sh").args(["-c", &asked]).output().unwrap();
    String::from_utf8_lossy(&said.stdout).trim().replace("subject=CN = ", "").replace("subject=CN=", "")
}

async fn stocked(world: &World) {
    let mut admin = fitted(world).await;
    let mut more = lamp("SHADE", 9);
    more["title"] = "Shade".into();
    assert_eq!(admin.post("/api/v1/products", &more).await.status, 201);
}

async fn get(client: &mut Client, path: &str) -> Answer {
    client.send("GET", path, &[("accept", "text/html")], None).await.unwrap()
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_encryption_the_pages_say_that_nothing_can_be_kept_and_do_not_pretend() {
    let town = Town::start_with(Engine::Embedded, 1, &[BASE]).await;
    stocked(&town.world).await;
    let port = town.world.server.port;
    let log = town.world.server.log();
    assert!(log.contains(&format!("Nobody can sign in or fill a cart at http://shop.test:{port}")), "{log}");
    assert!(town.customer("a", "cy@example.com").await.client.get("/api/v1/me").await.status == 200);

    let mut browser = Browser::at("shop.test");
    browser.open(&format!("http://a.shop.test:{port}/p/shade"));
    browser.sees(
        "This page came without encryption (http), so your browser keeps neither a cart nor a session here.",
    );
    browser.press("Add to cart");
    browser.sees("then a browser keeps neither a cart nor a session. Open it by https.");
    assert!(!browser.reads().contains("Added to your cart"), "{}", browser.reads());
    browser.open(&format!("http://a.shop.test:{port}/cart"));
    browser.sees("Your cart is empty");
    browser.open(&format!("http://a.shop.test:{port}/sign-in"));
    browser.sees("your browser would forget at once that you signed in");
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("Whoever runs this server reads at /problems/not_encrypted what to set.");
    browser.load(&format!("http://a.shop.test:{port}/problems/not_encrypted"));
    browser.sees("unencrypted_sessions = true does without");

    // Without a script it is the same, and whoever asks as a program is told by a code.
    let mut guest = town.shop("a");
    let form = [("content-type", "application/x-www-form-urlencoded"), ("origin", "http://a.shop.test")];
    let added = guest.send("POST", "/cart/lines", &form, Some("quantity=1")).await.unwrap();
    assert_eq!(added.status, 403, "{}", text(&added));
    let guess = serde_json::json!({ "email": "cy@example.com", "password": PASSWORD }).to_string();
    let tried = guest.send("POST", "/api/v1/sign-in", &[], Some(&guess)).await.unwrap();
    assert_eq!((tried.status, &*tried.code()), (403, "not_encrypted"));
    // What a browser tells only those whom it trusts shows that somebody unknown encrypts in front.
    let behind = [("sec-fetch-site", "same-origin"), form[0]];
    let added = guest.send("POST", "/cart/lines", &behind, Some("quantity=1")).await.unwrap();
    assert_ne!(added.status, 403, "{}", text(&added));
    let page =
        guest.send("GET", "/", &[("sec-fetch-site", "none"), ("accept", "text/html")], None).await.unwrap();
    assert!(!text(&page).contains("without encryption"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_network_that_is_trusted_people_buy_and_sign_in_without_encryption() {
    let town =
        Town::start_with(Engine::Embedded, 1, &[BASE, ("GALLERIA_UNENCRYPTED_SESSIONS", "true")]).await;
    stocked(&town.world).await;
    let port = town.world.server.port;
    let log = town.world.server.log();
    assert!(log.contains("whoever reads along on the way") && log.contains("can take them over"), "{log}");
    town.customer("a", "cy@example.com").await;
    let mut browser = Browser::at("shop.test");
    browser.open(&format!("http://a.shop.test:{port}/p/shade"));
    assert!(!browser.reads().contains("without encryption"));
    browser.press("Add to cart");
    browser.sees("Added to your cart");
    browser.open(&format!("http://a.shop.test:{port}/cart"));
    browser.sees("Shade");
    browser.open(&format!("http://a.shop.test:{port}/sign-in"));
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.until("!location.pathname.startsWith('/sign-in')");
    browser.open(&format!("http://a.shop.test:{port}/account"));
    browser.sees("cy@example.com");
    let kept = browser.eval("document.cookie");
    assert!(!kept.as_str().unwrap().contains("galleria="), "no script reads the session: {kept}");

    // On one's own machine, and by way of whoever encrypts, it is guarded as ever.
    let mut shop = town.shop("a");
    let guess = serde_json::json!({ "email": "cy@example.com", "password": PASSWORD }).to_string();
    let cookie = async |shop: &mut Client, headers: &[(&str, &str)]| {
        let entered = shop.send("POST", "/api/v1/sign-in", headers, Some(&guess)).await.unwrap();
        entered.header("set-cookie").unwrap().to_owned()
    };
    let plain = cookie(&mut shop, &[]).await;
    assert!(plain.starts_with("galleria=gal_ses_") && !plain.contains("Secure"), "{plain}");
    let guarded = cookie(&mut shop, &[("sec-fetch-site", "same-origin")]).await;
    assert!(guarded.starts_with("__Host-galleria=gal_ses_") && guarded.contains("; Secure;"), "{guarded}");
    let planted = plain.split(';').next().unwrap();
    let fooled = [("cookie", planted), ("sec-fetch-site", "same-origin")];
    assert_eq!(shop.send("GET", "/api/v1/me", &fooled, None).await.unwrap().status, 401);
    assert_eq!(shop.send("GET", "/api/v1/me", &[("cookie", planted)], None).await.unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_people_buy_and_sign_in_by_https_and_http_leads_there() {
    let mut town = Town::start_with(Engine::Embedded, 1, &[BASE]).await;
    stocked(&town.world).await;
    town.customer("a", "cy@example.com").await;
    town.world.server.stop();
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), "shops", &["shop.test", "*.shop.test"]);
    certificate(folder.path(), "oak", &["oak.example"]);
    let files = |ending: &str| {
        ["shops", "oak"]
            .map(|name| folder.path().join(format!("{name}.{ending}")).display().to_string())
            .join(", ")
    };
    let (certificates, keys, plain) = (files("pem"), files("key"), galleria_tests::free_port());
    let redirect = format!("127.0.0.1:{plain}");
    let settings = [
        BASE,
        ("GALLERIA_TLS_CERTIFICATE", certificates.as_str()),
        ("GALLERIA_TLS_KEY", keys.as_str()),
        ("GALLERIA_REDIRECT_LISTEN", redirect.as_str()),
    ];
    let server = Server::start_with(town.world.cell.clone(), &settings).await;
    let port = server.port;
    assert!(server.log().contains("Galleria listens on https://localhost:"), "{}", server.log());
    assert!(server.log().contains("for shop.test and the shops below it"), "{}", server.log());
    assert!(!server.log().contains("Nobody can sign in"), "{}", server.log());

    // Both the port for plain HTTP and the one that encrypts lead on; what is asked stays the same.
    for entrance in [plain, port] {
        let led = get(&mut Client::new(entrance, "A.shop.test:80", None), "/p/shade?a=1").await;
        let there = format!("https://a.shop.test:{port}/p/shade?a=1");
        assert_eq!((led.status, led.header("location")), (308, Some(there.as_str())));
    }
    let mut browser = Browser::at("shop.test");
    browser.open(&format!("http://a.shop.test:{plain}/p/shade"));
    assert_eq!(browser.eval("location.origin"), format!("https://a.shop.test:{port}"));
    assert_eq!(browser.eval("performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h2");
    browser.press("Add to cart");
    browser.sees("Added to your cart");
    browser.open(&format!("https://a.shop.test:{port}/cart"));
    browser.sees("Shade");
    browser.open(&format!("https://a.shop.test:{port}/sign-in"));
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.until("!location.pathname.startsWith('/sign-in')");
    browser.open(&format!("https://a.shop.test:{port}/account"));
    browser.sees("cy@example.com");

    // Each host has its own certificate, and a new one is taken up without anybody being cut off.
    assert_eq!(shown(port, "a.shop.test"), "shops");
    assert_eq!(shown(port, "oak.example"), "oak");
    assert_eq!(shown(port, "elsewhere.example"), "shops");
    std::fs::write(folder.path().join("oak.pem"), "nothing").unwrap();
    hang_up(&server);
    eventually("it says so", async || {
        server.log().contains("The certificates from before are still in use.")
    })
    .await;
    assert_eq!(shown(port, "oak.example"), "oak");
    certificate(folder.path(), "new", &["oak.example"]);
    for ending in ["key", "pem"] {
        let (new, old) = (format!("new.{ending}"), format!("oak.{ending}"));
        std::fs::rename(folder.path().join(new), folder.path().join(old)).unwrap();
    }
    hang_up(&server);
    eventually("the new one is shown", async || shown(port, "oak.example") == "new").await;
    browser.open(&format!("https://a.shop.test:{port}/account"));
    browser.sees("cy@example.com");
}

fn hang_up(server: &Server) {
    assert!(Command::new("kill").args(["-HUP", &server.pid().to_string()]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_trusted_encrypts_in_front() {
    let settings = [BASE, ("GALLERIA_TRUSTED_PROXIES", "127.0.0.1")];
    let town = Town::start_with(Engine::Embedded, 1, &settings).await;
    assert!(!town.world.server.log().contains("Nobody can sign in"));
    town.customer("a", "cy@example.com").await;
    let mut shop = town.shop("a");
    let https = [("x-forwarded-proto", "https"), ("accept", "text/html")];
    let page = shop.send("GET", "/", &https, None).await.unwrap();
    assert!(!text(&page).contains("without encryption"));
    let guess = serde_json::json!({ "email": "cy@example.com", "password": PASSWORD }).to_string();
    let entered = shop.send("POST", "/api/v1/sign-in", &https[..1], Some(&guess)).await.unwrap();
    assert!(entered.header("set-cookie").unwrap().starts_with("__Host-galleria="));
    let http = shop.send("GET", "/", &[("x-forwarded-proto", "http"), https[1]], None).await.unwrap();
    assert!(text(&http).contains("without encryption"));
    assert_eq!(sign_in(&mut shop, "cy@example.com", PASSWORD, "customer").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn printed_links_lead_to_the_port_and_domain_that_serve() {
    let world = World::start(Engine::Embedded, 1).await;
    let words = ["account", "create", "--name", "Ada", "--email", "ada@example.com", "--role", "owner"];
    let link = command(&world.cell, &words);
    // The process that serves does it, and knows its own port.
    assert!(link.starts_with(&format!("http://localhost:{}/password#", world.server.port)), "{link}");
    let (mut server, cell, _folder) = world.apart();
    server.stop();
    let typed = ["--listen", "127.0.0.1:9123", "--base-domain", "shop.test"];
    let link = command(&cell, &[&words[..], &typed].concat());
    assert!(link.starts_with("http://shop.test:9123/password#"), "{link}");
    let sentence = refused(&cell, &["serve", "--tls-certificate", "a.pem"]);
    assert!(sentence.contains("Each certificate has its key"), "{sentence}");
    let sentence = refused(&cell, &["serve", "--tls-certificate", "a.pem", "--tls-key", "a.key"]);
    assert!(sentence.contains("a.pem cannot be used as a certificate"), "{sentence}");
    let help = galleria(&["serve", "--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("--unencrypted-sessions"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_does_is_for_those_nearby_and_who_has_a_shop_is_not_for_everybody() {
    let watching = format!("127.0.0.1:{}", galleria_tests::free_port());
    let world = World::start_with(Engine::Embedded, 2, &[("GALLERIA_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let mut shop = world.server.client("a", None);
    assert_eq!(shop.get("/metrics").await.code(), "no_such_route");
    let mut platform = Client::new(world.server.port, "localhost", None);
    let counted = text(&platform.get("/metrics").await);
    assert!(
        counted.contains("galleria_requests_total") && counted.contains("galleria_connections "),
        "{counted}"
    );
    // Prometheus knows a machine by its address.
    assert_eq!(Client::new(world.server.port, "127.0.0.1:8080", None).get("/metrics").await.status, 200);
    let far = [("x-forwarded-for", "198.51.100.7")];
    assert_eq!(platform.send("GET", "/metrics", &far, None).await.unwrap().status, 404);
    assert!(!text(&get(&mut platform, "/").await).contains("b.localhost"));
    let (mut server, cell, _folder) = world.apart();
    server.stop();
    let settings = [("GALLERIA_METRICS_LISTEN", watching.as_str()), ("GALLERIA_LIST_SHOPS", "true")];
    let server = Server::start_with(cell, &settings).await;
    let mut platform = Client::new(server.port, &format!("localhost:{}", server.port), None);
    assert_eq!(platform.get("/metrics").await.status, 404);
    let port = watching.rsplit_once(':').unwrap().1.parse().unwrap();
    let counted = text(&Client::new(port, "127.0.0.1", None).get("/metrics").await);
    assert!(counted.contains("galleria_requests_total"), "{counted}");
    assert!(text(&get(&mut platform, "/").await).contains(&format!("http://b.localhost:{}/", server.port)));
}
