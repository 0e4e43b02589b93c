//! Many at the door: those who say nothing, those who say two things at once, and those who ask for too much.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use galleria_tests::server::make_tenant;
use galleria_tests::{Answer, Cell, Client, Server, eventually, until};
use serde_json::json;

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp};

over_both_engines!(
    an_address_that_holds_nul_names_nothing,
    what_is_held_is_held_in_the_past_as_well_for_one_variant_as_for_all,
);

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A frame of settings in which nothing is set.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

/// Connections from one address of this machine that say so much and no more.
fn silent(port: u16, from: u8, many: usize) -> Vec<TcpStream> {
    let greetings: [&[u8]; 4] =
        [b"", &PREFACE[..12], &[PREFACE, SETTINGS].concat(), b"GET / HTTP/1.1\r\nhost: a"];
    let here: SocketAddr = ([127, 0, 7, from], 0).into();
    let there: SocketAddr = ([127, 0, 0, 1], port).into();
    (0..many)
        .map(|number| {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(here).unwrap();
            let stream = tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(socket.connect(there)).unwrap()
            });
            let mut stream = stream.into_std().unwrap();
            stream.set_nonblocking(false).unwrap();
            // Whoever was let go at once cannot be written to.
            let _ = stream.write_all(greetings[number % greetings.len()]);
            stream
        })
        .collect()
}

/// Whether the other end has closed it.
fn is_over(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut buffer = [0; 512];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

async fn within<T>(seconds: u64, doing: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(seconds), doing).await.expect("nobody is served")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_nothing_takes_no_place_from_those_who_are_served() {
    let world = World::start_with(Engine::Embedded, 1, &[("GALLERIA_FIRST_REQUEST_SECONDS", "4")]).await;
    world.admin("a").post("/api/v1/products", &lamp("L", 5)).await;
    let (server, _cell, _folder) = world.apart();
    let server = server.with_files(1024).await;
    let mut served = server.client("a", None);
    assert_eq!(served.get("/api/v1/products").await.status, 200);

    // From one address, and from many.
    let mut crowd = silent(server.port, 1, 400);
    for from in 2..=10 {
        crowd.extend(silent(server.port, from, 100));
    }
    assert_eq!(crowd.len(), 1300);
    for _ in 0..20 {
        let answer = within(20, server.client("a", None).send("GET", "/api/v1/products", &[], None)).await;
        assert_eq!(answer.unwrap().status, 200);
    }
    let open = crowd.iter_mut().map(is_over).filter(|over| !over).count();
    assert!(open < 512, "{open} of 1,300 are open, of 1,024 descriptors");
    eventually("silent connections are closed", async || crowd.iter_mut().all(is_over)).await;
    assert_eq!(within(20, server.client("a", None).get("/api/v1/products")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_when_nothing_is_asked_on_it_any_more_and_not_while_it_is_answered() {
    let settings = [("GALLERIA_IDLE_SECONDS", "3"), ("GALLERIA_FIRST_REQUEST_SECONDS", "1")];
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().join("data"));
    make_tenant(&cell, "a");
    let server = Server::start_with(cell, &settings).await;
    let mut kept = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    // Asked every two seconds, it lives on: once it was asked something it may be silent for longer than a new one.
    for _ in 0..2 {
        kept.set_nonblocking(false).unwrap();
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: a.localhost\r\n\r\n").unwrap();
        let mut first = [0; 12];
        kept.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!is_over(&mut kept));
    }
    eventually("an idle connection is closed", async || is_over(&mut kept)).await;
}

/// What is answered to bytes that no client of ours would send.
async fn raw(port: u16, request: &str) -> Answer {
    Client::new(port, "", None).raw(request.as_bytes()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_for_one_host() {
    let world = World::start(Engine::Embedded, 2).await;
    world.admin("a").post("/api/v1/products", &lamp("OF-A", 1)).await;
    world.admin("b").post("/api/v1/products", &lamp("OF-B", 1)).await;
    let port = world.server.port;
    let two = "GET /api/v1/products HTTP/1.1\r\nhost: a.localhost\r\nhost: b.localhost\r\n\r\n";
    for request in [
        two,
        &two.replace("host: b.localhost", "host: a.localhost"),
        "GET /api/v1/products HTTP/1.1\r\nx-a: 1\r\n\r\n",
        "GET /api/v1/products HTTP/1.1\r\nhost: me@a.localhost\r\n\r\n",
    ] {
        let answer = raw(port, request).await;
        assert_eq!((answer.status, &*answer.code()), (400, "host_unclear"), "{request}");
    }
    // RFC 9112, 3.2.2: the target says it, whatever the header says.
    let absolute = "GET http://b.localhost/api/v1/products HTTP/1.1\r\nhost: a.localhost\r\n\r\n";
    let answer = raw(port, absolute).await;
    assert_eq!((answer.status, &answer.json()["items"][0]["variants"][0]["sku"]), (200, &json!("OF-B")));
}

async fn an_address_that_holds_nul_names_nothing(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut shop = world.server.client("a", None);
    for path in ["/p/%00", "/c/x%00y", "/api/v1/categories/x%00y", "/api/v1/products/%00", "/p/%ff"] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
    for path in ["/search?q=%00", "/api/v1/products?sku=a%00"] {
        let answer = shop.get(path).await;
        assert_eq!((answer.status, &*answer.code()), (422, "invalid"), "{path}");
    }
}

async fn what_is_held_is_held_in_the_past_as_well_for_one_variant_as_for_all(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = admin.post("/api/v1/products", &lamp("L", 9)).await.json();
    let variant = made["variants"][0]["id"].as_str().unwrap().to_owned();
    admin.post("/api/v1/products", &lamp("M", 9)).await;
    let line = json!({ "variant_id": variant, "quantity": 4 });
    let held = admin.post("/api/v1/stock-holds", &json!({ "lines": [line], "seconds": 600 })).await;
    assert_eq!(held.status, 201, "{}", held.json());
    admin
        .post(
            &format!("/api/v1/inventory/{variant}/adjustments"),
            &json!({ "delta": -1, "reason": "broken" }),
        )
        .await;
    let path = format!("/api/v1/stock-holds/{}", held.json()["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, 204);
    let mut seen = Vec::new();
    for position in 1.. {
        let one = admin.get(&format!("/api/v1/inventory/{variant}?as_of={position}")).await;
        if one.status == 422 {
            break;
        }
        let list = all(&mut admin, &format!("/api/v1/inventory?as_of={position}")).await;
        let listed = list.iter().find(|stock| stock["variant_id"] == variant.as_str());
        match listed {
            Some(listed) => assert_eq!(&one.json(), listed, "at {position}"),
            None => assert_eq!(one.status, 404, "at {position}"),
        }
        seen.push(one.json()["held"].as_i64().unwrap_or_default());
    }
    assert!(seen.contains(&4) && seen.ends_with(&[0]), "{seen:?}");
    let low = all(&mut admin, "/api/v1/inventory?low=4").await;
    assert_eq!(low, Vec::<serde_json::Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_who_must_wait_reads_a_page_and_what_pages_are_made_of_is_not_counted_with_them() {
    let world = World::start_with(Engine::Embedded, 1, &[("GALLERIA_CLIENT_LIMIT", "3")]).await;
    let mut shopper = world.server.client("a", None);
    let browser = [("accept", "text/html,application/xhtml+xml")];
    let first = shopper.send("GET", "/", &browser, None).await.unwrap();
    let page = String::from_utf8_lossy(&first.body).into_owned();
    let sheet = page.split("href=\"").find_map(|rest| rest.strip_prefix("/assets/")).unwrap();
    let sheet = format!("/assets/{}", sheet.split('"').next().unwrap());
    for _ in 0..30 {
        assert_eq!(shopper.get(&sheet).await.status, 200);
        assert_eq!(shopper.get("/assets/galleria.css").await.status, 200);
    }
    for _ in 0..2 {
        assert_eq!(shopper.send("GET", "/", &browser, None).await.unwrap().status, 200);
    }
    let refused = shopper.send("GET", "/", &browser, None).await.unwrap();
    let text = String::from_utf8_lossy(&refused.body).into_owned();
    assert_eq!((refused.status, refused.header("content-type")), (429, Some("text/html; charset=utf-8")));
    assert!(refused.header("retry-after").is_some() && text.contains("<h1>Too many requests</h1>"), "{text}");
    assert!(text.contains("More was asked from here") && !text.contains("RateLimit"), "{text}");
    // Whoever reads German reads it in German, and under the name of the shop.
    let german = [browser[0], ("accept-language", "de-AT,de;q=0.9")];
    let refused = shopper.send("GET", "/", &german, None).await.unwrap();
    let text = String::from_utf8_lossy(&refused.body).into_owned();
    assert!(text.contains("<h1>Zu viele Anfragen</h1>") && text.contains("lang=\"de\""), "{text}");
    assert!(text.contains("<header><a href=\"/\">a</a></header>"), "{text}");
    let program = shopper.get("/search").await;
    assert_eq!((program.status, &*program.code()), (429, "too_many"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_without_the_names_of_types() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = world.admin("a");
    let wrong = json!({ "delta": "x", "reason": "broken" });
    let path = "/api/v1/inventory/0198c0de-0000-7000-8000-000000000000/adjustments";
    let told = admin.post(path, &wrong).await.json();
    let expected =
        json!([{ "pointer": "/delta", "detail": "it must be a whole number, and it is the text \"x\"" }]);
    assert_eq!(told["errors"], expected, "{told}");
    let told = admin.get("/api/v1/orders?limit=many").await.json();
    assert_eq!(
        told["errors"],
        json!([{ "pointer": "limit", "detail": "it must be a whole number" }]),
        "{told}"
    );
    let told = admin.get("/api/v1/orders?colour=red").await.json();
    assert_eq!(told["errors"][0]["pointer"], "colour");
    assert!(
        told["errors"][0]["detail"].as_str().unwrap().starts_with("there is no such field; there is \""),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_is_told_as_that_and_no_shop_is_closed() {
    let world = World::start(Engine::Embedded, 1).await;
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let mut shop = world.server.client("a", None);
    let answer = shop.send("POST", "/cart/lines", &headers, Some("quantity=1")).await.unwrap();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(answer.status == 403 && text.contains("<h1>This was sent by another site</h1>"), "{text}");
    let german = [headers[0], headers[1], ("accept-language", "de")];
    let answer = shop.send("POST", "/cart/lines", &german, Some("quantity=1")).await.unwrap();
    assert!(String::from_utf8_lossy(&answer.body).contains("Das hat eine andere Website geschickt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_says_what_is_for_everybody_and_asks_the_host_that_was_asked() {
    let world = World::start(Engine::Embedded, 1).await;
    let page = world.server.client("a", None).get("/reference").await;
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(text.contains("For everybody") && !text.contains("demo.localhost"), "{text}");
    assert!(text.contains("curl -X GET http://a.localhost/api/v1/products"), "{text}");
    let platform = Client::new(world.server.port, "localhost:9123", None).get("/reference").await;
    assert!(String::from_utf8_lossy(&platform.body).contains("http://$SHOP.localhost:9123/api/v1/products"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_files_are_taken_in_at_once_and_the_others_are_told_when_to_come_back() {
    let world = World::start_with(Engine::Embedded, 1, &[("GALLERIA_UPLOADS_AT_ONCE", "1")]).await;
    let head = format!(
        "POST /api/v1/files HTTP/1.1\r\nhost: a.localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/octet-stream\r\ncontent-length: 12\r\n\r\n",
        world.key("a")
    );
    let mut slow = TcpStream::connect(("127.0.0.1", world.server.port)).unwrap();
    slow.write_all(format!("{head}%PDF-1").as_bytes()).unwrap();
    // It is taken in from when its head is read.
    let mut other = world.admin("a");
    let file = [("content-type", "application/octet-stream")];
    let refused = until("a file is refused while another is taken in", async || {
        let answer = other.send("POST", "/api/v1/files", &file, Some("%PDF-1.4 two")).await.unwrap();
        (answer.status != 201).then_some(answer)
    })
    .await;
    assert_eq!((refused.status, &*refused.code()), (503, "uploads_busy"));
    assert_eq!(refused.header("retry-after"), Some("10"));
    slow.write_all(b".4 one").unwrap();
    let mut told = [0; 12];
    slow.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 201");
    let taken = other.send("POST", "/api/v1/files", &file, Some("%PDF-1.4 two")).await.unwrap();
    assert_eq!(taken.status, 201, "{}", taken.json());
}
