//! The pages of a shop: the first that anybody sees after a start, and those that come after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use galleria_tests::{Answer, Client};

use crate::orders::{Shop, run};
use crate::press::{Request, press};
use crate::reads::Peer;
use crate::table::Table;

/// What a browser says it wants.
const PAGE: (&str, &str) = ("accept", "text/html");

pub fn visiting(table: &mut Table, duration: Duration) {
    println!("Visiting");
    let mut shop = Shop::embedded();
    let mut cold: Vec<f64> = (0..5).map(|_| first_page(&mut shop)).collect();
    cold.sort_by(f64::total_cmp);
    let took = format!("{:.1} ms (from {:.1} to {:.1})", cold[2], cold[0], cold[4]);
    table.line("the first page after a start", took, "none named", true);

    let port = shop.server.port;
    let home = page(port, "/", None);
    let body = String::from_utf8_lossy(&home.body).into_owned();
    let (_, rest) = body.split_once("href=\"/p/").unwrap();
    let product = format!("/p/{}", rest.split('"').next().unwrap());
    for (name, path) in [("the home page", "/"), ("a product's page", product.as_str())] {
        let bytes = page(port, path, None).body;
        let peer = Peer::start(&bytes);
        let ours = pressed(port, path, duration, PAGE);
        let theirs = pressed(peer.port, "/api/v1/products", duration, PAGE);
        let (rate, ceiling) = (ours.per_second(), theirs.per_second());
        let ratio = rate / ceiling;
        let took = format!(
            "{rate:.0}/s / {ceiling:.0}/s = {ratio:.2}, p50 {:.1} ms, p99 {:.1} ms",
            ours.percentile(50.0),
            ours.percentile(99.0)
        );
        let what = format!("{name} for 64 visitors / the same {} bytes from memory", bytes.len());
        table.line(&what, took, "none named", true);
    }

    let tag = home.header("etag").unwrap().to_owned();
    assert_eq!(page(port, "/", Some(&tag)).status, 304);
    let again = pressed(port, "/", duration, ("if-none-match", &tag));
    let took = format!("{:.0}/s, p99 {:.1} ms", again.per_second(), again.percentile(99.0));
    table.line("the home page, by somebody who has it already", took, "none named", true);
}

/// How long the first page takes once the server says that it is ready, in milliseconds.
fn first_page(shop: &mut Shop) -> f64 {
    shop.server.kill();
    run(shop.server.up());
    let began = Instant::now();
    assert_eq!(page(shop.server.port, "/", None).status, 200);
    began.elapsed().as_secs_f64() * 1000.0
}

fn page(port: u16, path: &str, tag: Option<&str>) -> Answer {
    let headers: Vec<(&str, &str)> =
        [PAGE].into_iter().chain(tag.map(|tag| ("if-none-match", tag))).collect();
    run(Client::new(port, "bench.localhost", None).send("GET", path, &headers, None)).unwrap()
}

fn pressed(port: u16, path: &str, duration: Duration, header: (&str, &str)) -> crate::press::Pressed {
    let bytes = Client::new(port, "bench.localhost", None).request("GET", path, &[header], None);
    let request: Request = Arc::new(move |_, _| bytes.clone());
    press(port, 64, duration / 4, None, request.clone());
    press(port, 64, duration, None, request)
}
