//! Finding products among a hundred thousand, through HTTP.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use catalog::{Content, ProductId, Variant, VariantId, use_cases};
use galleria::{clock, modules};
use galleria_tests::{Cell, Client, Server};
use kernel::{Actor, CorrelationId, Money};
use store::{Asked, Folder, Keeper, KeyFile, Opening, Tenant};

use crate::orders::run;
use crate::press::{Request, crowded, press};
use crate::table::Table;

const PRODUCTS: usize = 100_000;
const WRITERS: usize = 64;
const WORDS: usize = 20_000;

/// How many requests of each kind there are.
const ASKED: usize = 100_000;

/// Makes up what somebody asks.
type Path = fn(&Words, &mut Dice) -> String;

pub fn searching(table: &mut Table, duration: Duration) {
    println!("Searching");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let words = Words::new();
    let began = Instant::now();
    run(fill(&path, &words));
    println!("    {PRODUCTS} products were made in {:.1} s", began.elapsed().as_secs_f64());
    let server = run(crowded(Cell::Folder(path.clone())));
    let began = Instant::now();
    let found = run(caught_up(&server));
    assert_eq!(found, PRODUCTS as u64);
    let size = folder_size(&path.join("search")) / 1024 / 1024;
    table.line(
        "index of 100,000 products, from nothing to up to date",
        format!("{:.1} s, {size} MB", began.elapsed().as_secs_f64()),
        "none named",
        true,
    );
    let kinds: [(&str, Path); 6] = [
        ("one word", |words, dice| format!("search?q={}", words.any(dice))),
        ("three words", |words, dice| {
            let word = |dice: &mut Dice| words.any(dice);
            format!("search?q={}+{}+{}", word(dice), word(dice), word(dice))
        }),
        ("a beginning of three letters", |words, dice| format!("search?q={}", &words.any(dice)[..3])),
        ("a word with a typo", |words, dice| {
            let mut word = words.any(dice);
            let at = 1 + dice.roll(word.len() - 2);
            word.replace_range(at..=at, "q");
            format!("search?q={word}")
        }),
        ("a word, two filters, all counts", |words, dice| {
            let color = dice.roll(COLORS.len());
            format!("search?q={}&attribute.color={}&price_to=20000", words.any(dice), COLORS[color])
        }),
        ("a suggestion", |words, dice| format!("suggest?q={}", &words.any(dice)[..4])),
    ];
    for (name, path) in kinds {
        let mut dice = Dice(7);
        let client = Client::new(server.port, "bench.localhost", None);
        // What was asked before is answered from memory, so each is asked once.
        let requests: Vec<Vec<u8>> = (0..ASKED)
            .map(|number| {
                let asked = format!("/api/v1/products/{}{}", path(&words, &mut dice), once(name, number));
                client.request("GET", &asked, &[], None)
            })
            .collect();
        let request: Request =
            Arc::new(move |_, turn| requests[usize::try_from(turn).unwrap() % ASKED].clone());
        let pressed = press(server.port, 1, duration, None, request);
        let (p50, p99) = (pressed.percentile(50.0), pressed.percentile(99.0));
        let most = if name == "a suggestion" { 5.0 } else { 20.0 };
        table.line(
            &format!("{name}, among 100,000 products: p99"),
            format!("{p99:.1} ms (p50 {p50:.1} ms)"),
            &format!("< {most} ms"),
            p99 < most,
        );
    }
    shared(table, server, duration);
}

/// So that no two requests for one word are the same. A suggestion has no pages, and is never remembered.
fn once(kind: &str, number: usize) -> String {
    if kind == "a suggestion" { String::new() } else { format!("&limit={}", 1 + number / (ASKED / 100)) }
}

/// What all of them have, asked by many right after a start.
fn shared(table: &mut Table, mut server: Server, duration: Duration) {
    server.kill();
    run(server.up());
    let client = Client::new(server.port, "bench.localhost", None);
    let request = move |path: String| client.request("GET", &format!("/api/v1/products/{path}"), &[], None);
    let same = request("search?q=color".into());
    let same: Request = Arc::new(move |_, _| same.clone());
    let colors: Vec<Vec<u8>> =
        (1..=100).map(|limit| request(format!("search?q=color&limit={limit}"))).collect();
    let each: Request = Arc::new(move |client, turn| {
        colors[(client * 7 + usize::try_from(turn).unwrap()) % colors.len()].clone()
    });
    for (how, request) in [("the same page", same), ("a hundred pages of it", each)] {
        let pressed = press(server.port, 16, duration, None, request);
        table.line(
            &format!("what all of 100,000 products have, asked by 16 after a start, {how}"),
            format!(
                "{:.0}/s, p50 {:.1} ms, p95 {:.1} ms",
                pressed.per_second(),
                pressed.percentile(50.0),
                pressed.percentile(95.0)
            ),
            "none named",
            true,
        );
    }
}

/// Writes products as the route does, without HTTP in between.
async fn fill(path: &std::path::Path, words: &Words) {
    let opening = Folder {
        path: path.to_owned(),
        asleep_after: Duration::from_secs(60),
        awake_at_most: 10,
        exclusive: true,
        make: true,
    };
    let keeper = || Ok(Arc::new(KeyFile::read_or_make(&path.join("galleria.keys"))?) as Arc<dyn Keeper>);
    let cell = store::Cell::open(Opening::Folder(opening), &modules::CONTEXTS, Box::new(keeper), clock::now)
        .await
        .unwrap();
    let record = cell.registry().create_tenant("bench", "Bench", "EUR".parse().unwrap(), clock::now());
    let tenant = cell.tenant(record.await.unwrap().id);
    let mut dice = Dice(1);
    let mut contents: Vec<Vec<Content>> = vec![Vec::new(); WRITERS];
    for number in 0..PRODUCTS {
        contents[number % WRITERS].push(words.product(number, &mut dice));
    }
    let writers: Vec<_> =
        contents.into_iter().map(|contents| tokio::spawn(write(tenant.clone(), contents))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    cell.close().await;
}

async fn write(tenant: Tenant, contents: Vec<Content>) {
    for content in contents {
        let asked = Asked::by(Actor::system(), CorrelationId::new(), clock::now());
        tenant
            .run(asked, use_cases::create_product(ProductId::new(), content, HashMap::new()))
            .await
            .unwrap();
    }
}

async fn caught_up(server: &Server) -> u64 {
    let mut client = server.client("bench", None);
    loop {
        let found = client.get("/api/v1/products/search?facets=false&limit=1").await.json();
        if found["up_to_date"] == true {
            return found["total"].as_u64().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn folder_size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => folder_size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}

const COLORS: [&str; 6] = ["red", "blue", "green", "black", "white", "gold"];

/// Random numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Made-up words in the manner of several languages, the first of them used as often as first words are.
struct Words(Vec<String>);

impl Words {
    fn new() -> Self {
        let syllables = [
            "ba", "cor", "del", "fin", "gra", "hol", "jun", "kel", "lam", "mor", "nis", "pol", "rad", "sul",
            "ten", "vir",
        ];
        let ends =
            ["ing", "s", "chen", "ung", "eux", "ette", "os", "ada", "ezza", "je", "en", "", "er", "ção"];
        let mut dice = Dice(3);
        let word = |number: usize| {
            let middle: String =
                (0..1 + dice.roll(3)).map(|_| syllables[dice.roll(syllables.len())]).collect();
            let begin = syllables[number % syllables.len()];
            format!("{begin}{middle}{}", ends[dice.roll(ends.len())])
        };
        Self((0..WORDS).map(word).collect())
    }

    /// One in the manner of Zipf: the number of a word is as likely as it is small.
    fn typed(&self, dice: &mut Dice) -> &str {
        let exponent = dice.roll(1_000_000) as f64 / 1_000_000.0;
        let number = (WORDS as f64).powf(exponent) as usize;
        &self.0[number.min(WORDS - 1)]
    }

    /// As somebody without such letters would type it.
    fn any(&self, dice: &mut Dice) -> String {
        self.typed(dice).replace("ção", "cao")
    }

    fn product(&self, number: usize, dice: &mut Dice) -> Content {
        let some = |count: usize, dice: &mut Dice| {
            (0..count).map(|_| self.typed(dice)).collect::<Vec<_>>().join(" ")
        };
        let pick = |values: &[&str], dice: &mut Dice| values[dice.roll(values.len())].to_owned();
        let attributes =
            [("color", pick(&COLORS, dice)), ("material", pick(&["oak", "linen", "brass"], dice))];
        Content {
            handle: format!("p{number}"),
            title: some(2 + dice.roll(4), dice),
            description: some(20 + dice.roll(30), dice),
            categories: vec![format!("category-{}", dice.roll(200))],
            attributes: attributes
                .map(|(name, value)| (name.to_owned(), catalog::attribute::Value::Text(value)))
                .into_iter()
                .collect(),
            variants: (0..1 + dice.roll(3))
                .map(|variant| Variant {
                    id: VariantId::new(),
                    sku: format!("SKU-{number:06}-{variant}"),
                    title: String::new(),
                    price: Money::new(
                        i64::try_from(100 + dice.roll(50_000)).unwrap(),
                        "EUR".parse().unwrap(),
                    ),
                    options: [("size".to_owned(), pick(&["s", "m", "l"], dice))].into_iter().collect(),
                    compare_at: None,
                    barcode: None,
                    weight_grams: None,
                })
                .collect(),
            ..Content::default()
        }
    }
}
