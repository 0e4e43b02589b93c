//! The shop that people see: bought from in a real browser, with its script and without, and asked as browsers ask.

use galleria_tests::{Answer, Browser, Client};
use serde_json::json;

use crate::over_both_engines;
use crate::people::{PASSWORD, Town, sign_in};
use crate::selling::fitted;
use crate::world::{Engine, World, lamp};

over_both_engines!(
    a_form_fills_a_cart_that_another_shop_does_not_know,
    two_shops_wear_two_themes_and_neither_shows_the_others,
    what_is_for_everybody_may_be_kept_and_is_not_sent_twice,
    a_guests_cart_becomes_the_customers_when_they_sign_in,
);

fn towel() -> serde_json::Value {
    let variant = |sku: &str, size: &str, colour: &str, price: i64, stock: i64| json!({ "sku": sku, "price": price, "stock": stock, "options": { "Size": size, "Colour": colour } });
    json!({
        "title": "Waffle Towel", "description": "Dries quickly.", "categories": ["bath"],
        "variants": [
            variant("T-S-R", "Small", "Red", 1900, 9), variant("T-S-B", "Small", "Blue", 1900, 9),
            variant("T-L-R", "Large", "Red", 3900, 3), variant("T-L-B", "Large", "Blue", 3900, 0),
        ],
    })
}

async fn stocked(world: &World) -> Client {
    let mut admin = fitted(world).await;
    assert_eq!(admin.post("/api/v1/products", &towel()).await.status, 201);
    let trial = serde_json::json!({ "name": "Trial card", "kind": "sandbox" });
    let made = admin.post("/api/v1/payment-providers", &trial).await;
    assert_eq!(made.status, 201, "{}", made.json());
    admin
}

fn at(world: &World, path: &str) -> String {
    format!("http://a.localhost:{}{path}", world.server.port)
}

/// What a browser that was given these cookies shows.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let pairs: Vec<&str> = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect();
    pairs.join("; ")
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

async fn browse(client: &mut Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    let headers = [headers, &[("accept", "text/html")]].concat();
    client.send("GET", path, &headers, None).await.unwrap()
}

async fn send(client: &mut Client, path: &str, cookie: &str, form: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie),
    ];
    client.send("POST", path, &headers, Some(form)).await.unwrap()
}

/// The id of the first variant of a SKU.
async fn variant(client: &mut Client, sku: &str) -> String {
    let found = client.get(&format!("/api/v1/products?sku={sku}")).await.json();
    let variants = found["items"][0]["variants"].as_array().unwrap();
    let one = variants.iter().find(|variant| variant["sku"] == sku).unwrap();
    one["id"].as_str().unwrap().to_owned()
}

async fn a_form_fills_a_cart_that_another_shop_does_not_know(engine: Engine) {
    let world = World::start(engine, 2).await;
    stocked(&world).await;
    let mut guest = world.server.client("a", None);
    let lamp = variant(&mut guest, "L").await;
    let form = format!("variant={lamp}&quantity=2");

    // A page of another site may not fill anybody's cart.
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let foreign = guest.send("POST", "/cart/lines", &headers, Some(&form)).await.unwrap();
    assert_eq!((foreign.status, cookies(&foreign)), (403, String::new()));

    let added = send(&mut guest, "/cart/lines", "", &form).await;
    assert_eq!((added.status, added.header("location")), (303, Some("/cart")), "{}", text(&added));
    let cookie = cookies(&added);
    let kept = added.headers.iter().find(|(_, value)| value.starts_with("__Host-galleria-cart=")).unwrap();
    assert!(kept.1.contains("; Secure; HttpOnly; SameSite=Lax"), "{}", kept.1);
    let cart = browse(&mut guest, "/cart", &[("cookie", &cookie)]).await;
    assert!(text(&cart).contains("Lamp L") && text(&cart).contains("€39.98"), "{}", text(&cart));
    assert_eq!(cart.header("cache-control"), Some("private, no-cache"));

    // The other shop has never heard of it, and says no more than to somebody without one.
    let mut other = world.server.client("b", None);
    let shown = browse(&mut other, "/cart", &[("cookie", &cookie)]).await;
    assert!(
        text(&shown).contains("Your cart is empty") && !text(&shown).contains("Lamp"),
        "{}",
        text(&shown)
    );
    let id = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(browse(&mut other, &format!("/orders/{id}"), &[]).await.status, 404);

    // Fewer, none, and what is no number.
    let path = format!("/cart/lines/{lamp}");
    assert_eq!(send(&mut guest, &path, &cookie, "quantity=1").await.status, 303);
    assert_eq!(send(&mut guest, &path, &cookie, "quantity=many").await.status, 422);
    assert_eq!(send(&mut guest, &path, &cookie, "quantity=0").await.status, 303);
    let cart = browse(&mut guest, "/cart", &[("cookie", &cookie)]).await;
    assert!(text(&cart).contains("Your cart is empty"));
    galleria_tests::server::verify(&world.cell);
}

async fn two_shops_wear_two_themes_and_neither_shows_the_others(engine: Engine) {
    let world = World::start(engine, 2).await;
    let (mut one, mut other) = (world.admin("a"), world.admin("b"));
    let theme = json!({
        "light": { "paper": "#ffffff", "ink": "#101820", "accent": "#0b5cad" }, "tagline": "All that is blue",
        "sections": [{ "kind": "text", "title": "Hello from here", "text": "One.\n\nTwo." }],
    });
    let unread = json!({ "light": { "paper": "#ffffff", "ink": "#101820", "accent": "#ffcc00" } });
    let if_match = [("if-match", "\"0\"")];
    let refused = one.send("PUT", "/api/v1/theme", &if_match, Some(&unread.to_string())).await.unwrap();
    assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/light/accent")));
    let set = one.send("PUT", "/api/v1/theme", &if_match, Some(&theme.to_string())).await.unwrap();
    assert_eq!((set.status, set.header("etag")), (200, Some("\"1\"")), "{}", set.json());
    assert_eq!(one.get("/api/v1/theme").await.json()["tagline"], "All that is blue");

    let sheet = |page: &str| {
        let (_, rest) = page.split_once("/assets/theme-").unwrap();
        format!("/assets/theme-{}", rest.split('"').next().unwrap())
    };
    let front = text(&browse(&mut one, "/", &[]).await);
    assert!(front.contains("Hello from here") && front.contains("All that is blue"), "{front}");
    let (ours, theirs) = (sheet(&front), sheet(&text(&browse(&mut other, "/", &[]).await)));
    assert_ne!(ours, theirs);
    let css = one.get(&ours).await;
    assert!(text(&css).contains("--accent:#0b5cad"), "{}", text(&css));
    assert_eq!(css.header("cache-control"), Some("public, max-age=31536000, immutable"));
    // Asked under the name of another's theme, a shop shows its own, and nobody keeps it under that name.
    let css = other.get(&ours).await;
    assert!(!text(&css).contains("#0b5cad") && css.header("cache-control") == Some("no-store"));
    galleria_tests::server::verify(&world.cell);
}

async fn what_is_for_everybody_may_be_kept_and_is_not_sent_twice(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = stocked(&world).await;
    let mut guest = world.server.client("a", None);
    for path in ["/", "/c/lighting", "/search?q=lamp", "/p/lamp-l"] {
        let page = browse(&mut guest, path, &[]).await;
        assert_eq!(page.status, 200, "{path}");
        let kept = Some("public, max-age=60, stale-while-revalidate=600");
        assert_eq!(page.header("cache-control"), kept, "{path}");
        assert!(!page.headers.iter().any(|(name, _)| name == "set-cookie"), "{path}");
        assert!(page.body.len() < 40_000, "{path} has {} bytes", page.body.len());
        let tag = page.header("etag").unwrap();
        let again = browse(&mut guest, path, &[("if-none-match", tag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        // A browser takes what the second answer says over what the first one said.
        assert_eq!(again.header("content-security-policy"), page.header("content-security-policy"));
    }
    // A page beyond the last one is the last one.
    assert!(text(&browse(&mut guest, "/search?page=99", &[]).await).contains("/p/lamp-l"));
    let before = text(&browse(&mut guest, "/p/lamp-l", &[]).await);
    assert!(before.contains("\"availability\":\"https://schema.org/InStock\"") && before.contains("€19.99"));
    let found = admin.get("/api/v1/products?sku=L").await.json();
    let path = format!("/api/v1/products/{}", found["items"][0]["id"].as_str().unwrap());
    let mut cheaper = lamp("L", 0);
    cheaper["variants"][0]["price"] = json!(1499);
    cheaper["variants"][0].as_object_mut().unwrap().remove("stock");
    let put = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&cheaper.to_string())).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    let after = text(&browse(&mut guest, "/p/lamp-l", &[]).await);
    assert!(
        after.contains("<strong>€14.99") && !after.contains("<strong>€19.99"),
        "a change is seen at once"
    );

    let map = text(&browse(&mut guest, "/sitemap.xml", &[]).await);
    for path in ["/</loc>", "/p/lamp-l</loc>", "/p/waffle-towel</loc>", "/c/bath</loc>"] {
        assert!(map.contains(path), "{path} in {map}");
    }
    assert!(text(&browse(&mut guest, "/robots.txt", &[]).await).contains("/sitemap.xml"));

    // Languages: by the browser, by the address, and by what was chosen before.
    let german = browse(&mut guest, "/p/lamp-l", &[("accept-language", "de-AT,de;q=0.9")]).await;
    assert!(text(&german).contains("<html lang=\"de\">") && text(&german).contains("14,99\u{a0}€"));
    let chosen = browse(&mut guest, "/?lang=de", &[]).await;
    assert_eq!(cookies(&chosen), "galleria-lang=de");
    let kept = browse(&mut guest, "/", &[("cookie", "galleria-lang=de")]).await;
    assert!(text(&kept).contains("Warenkorb") && text(&kept).contains("hreflang=\"en\""));

    // What is not here helps people, and tells programs as ever.
    for path in ["/nowhere", "/p/nowhere", "/c/nowhere", "/orders/nowhere", "/sitemap/9.xml"] {
        let lost = browse(&mut guest, path, &[]).await;
        assert_eq!(lost.status, 404, "{path}");
        assert!(
            text(&lost).contains("Page not found") && text(&lost).contains("action=\"/search\""),
            "{path}"
        );
    }
    let lost = guest.get("/nowhere").await;
    assert_eq!((lost.status, &*lost.code()), (404, "no_such_route"));
    let lost = browse(&mut guest, "/api/v1/nowhere", &[]).await;
    assert_eq!((lost.status, &*lost.code()), (404, "no_such_route"));
    let platform =
        world.server.client("a", None).with(None).get("/pictures/0198c0de-0000-7000-8000-000000000000").await;
    assert_eq!(platform.status, 404, "a file that no product shows is nobody's to see");
}

async fn a_guests_cart_becomes_the_customers_when_they_sign_in(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let world = &town.world;
    stocked(world).await;
    let mut guest = world.server.client("a", None);
    let lamp = variant(&mut guest, "L").await;
    let cookie = cookies(&send(&mut guest, "/cart/lines", "", &format!("variant={lamp}&quantity=1")).await);
    town.customer("a", "cy@example.com").await;
    let session = |answer: &Answer| format!("{cookie}; {}", cookies(answer));
    let body = json!({ "email": "cy@example.com", "password": PASSWORD, "as": "customer" });
    let headers = [("sec-fetch-site", "same-origin")];
    let signed = guest.send("POST", "/api/v1/sign-in", &headers, Some(&body.to_string())).await.unwrap();
    assert_eq!(signed.status, 200, "{}", signed.json());
    let both = session(&signed);
    let cart = browse(&mut guest, "/cart", &[("cookie", &both)]).await;
    assert!(text(&cart).contains("Lamp L"), "{}", text(&cart));
    // It is theirs now: whoever still has the guest's cookie sees nothing of it.
    let shown = browse(&mut guest, "/cart", &[("cookie", &cookie)]).await;
    assert!(text(&shown).contains("Your cart is empty"), "{}", text(&shown));
    let orders = browse(&mut guest, "/account/orders", &[("cookie", &both)]).await;
    assert!(text(&orders).contains("No orders yet"), "{}", text(&orders));
    // Whoever works here looks at the shop like anybody else.
    let mut visitor = world.server.client("a", None);
    assert_eq!(sign_in(&mut visitor, "nobody@example.com", PASSWORD, "staff").await.status, 401);
}

/// Everything from the shelf to the order, as somebody on a phone does it.
fn buys(browser: &mut Browser, world: &World, scripts: bool) {
    browser.sees("Waffle Towel");
    browser.press("Bath");
    browser.sees("Home");
    browser.press("Waffle Towel");
    browser.sees("Dries quickly.");
    if scripts {
        browser.until("document.querySelector('[data-combined]')?.hidden === false");
        browser.eval("document.querySelector('input[value=Large]').click(); 0");
        browser.sees("€39.00");
        browser.sees("Only 3 left");
        browser.eval("document.querySelector('input[value=Blue]').click(); 0");
        browser.sees("Sold out");
        browser.eval("document.querySelector('input[value=Red]').click(); 0");
        browser.press("Add to cart");
        browser.sees("Added to your cart");
        assert_eq!(browser.eval("document.querySelector('#items').textContent"), "1");
        browser.press("View cart");
    } else {
        browser.eval("document.querySelectorAll('[name=variant]')[2].checked = true; 0");
        browser.press("Add to cart");
    }
    browser.sees("Your cart");
    browser.sees("€39.00");
    browser.fill("Promotion code", "spring");
    browser.press("Apply");
    browser.sees("−€3.90");
    browser.press("Checkout");
    browser.sees("Delivery address");
    browser.fill("E-mail address", "ada@");
    browser.press("Continue to delivery");
    browser.sees("Enter an e-mail address such as");
    browser.sees("Please fill this in.");
    assert_eq!(browser.eval("document.querySelector('#email').value"), "ada@", "nothing typed is lost");
    for (label, text) in [
        ("E-mail address", "ada@example.com"),
        ("Name", "Ada Lovelace"),
        ("Street and number", "1 Quay"),
        ("Postal code", "T12 XY00"),
        ("City", "Cork"),
    ] {
        browser.fill(label, text);
    }
    browser.choose("Country", "Ireland");
    browser.press("Continue to delivery");
    browser.sees("Place order for €40.00");
    browser.press("Place order for €40.00");
    browser.sees("Thank you. Your order is placed.");
    browser.sees("anyone who has it can see the order");
    browser.sees("Amount due");
    browser.sees("1 × Waffle Towel");
    browser.eval("document.querySelector('#method').value = 'tok_decline'; 0");
    browser.press("Pay €40.00");
    browser.sees("The payment was declined, and nothing was charged.");
    browser.eval("document.querySelector('#method').value = 'tok_challenge'; 0");
    browser.press("Pay €40.00");
    browser.press("Confirm the payment");
    browser.press("Yes, it is me");
    // And back they are, on the page of their order.
    browser.sees("We have received €40.00.");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
    browser.load(&at(world, "/cart"));
    browser.sees("Your cart is empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_on_a_phone_buys_a_towel() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = stocked(&world).await;
    let mut browser = Browser::start();
    browser.phone();
    browser.open(&at(&world, "/"));
    buys(&mut browser, &world, true);
    let orders = admin.get("/api/v1/orders").await.json();
    assert_eq!(orders["items"][0]["total"], 4000, "{orders}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_towel_is_bought_without_a_script_as_well() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = stocked(&world).await;
    let mut browser = Browser::start();
    browser.phone();
    browser.without_scripts();
    browser.load(&at(&world, "/"));
    buys(&mut browser, &world, false);
    let orders = admin.get("/api/v1/orders").await.json();
    assert_eq!(orders["items"][0]["total"], 4000, "{orders}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_any_page() {
    let world = World::start(Engine::Embedded, 1).await;
    stocked(&world).await;
    let mut browser = Browser::start();
    for (name, path) in [
        ("shop-home", "/"),
        ("shop-category", "/c/bath"),
        ("shop-all", "/search"),
        ("shop-found", "/search?q=lamp"),
        ("shop-nothing", "/search?q=zebra"),
        ("shop-product", "/p/waffle-towel"),
        ("shop-lost", "/nowhere"),
        ("shop-empty", "/cart"),
        ("shop-orders", "/account/orders"),
    ] {
        browser.open(&at(&world, path));
        browser.looks_right(name);
    }
    browser.open(&at(&world, "/p/lamp-l"));

    // By keyboard alone: from the top of the page into the cart.
    for _ in 0..40 {
        if browser.eval("document.activeElement.textContent.trim()") == "Add to cart" {
            break;
        }
        browser.key("Tab");
    }
    browser.key("Enter");
    browser.sees("Added to your cart");
    browser.open(&at(&world, "/cart"));
    browser.looks_right("shop-cart");
    browser.open(&at(&world, "/checkout"));
    browser.press("Continue to delivery");
    browser.sees("Please check these fields");
    browser.looks_right("shop-checkout");
    for (label, text) in [
        ("E-mail address", "ada@example.com"),
        ("Name", "Ada Lovelace"),
        ("Street and number", "1 Quay"),
        ("Postal code", "T12"),
        ("Country", ""),
        ("City", "Cork"),
    ] {
        match label {
            "Country" => browser.choose(label, "Ireland"),
            _ => browser.fill(label, text),
        }
    }
    browser.key("Enter");
    browser.sees("Place order for");
    browser.looks_right("shop-review");
    for _ in 0..60 {
        if browser.eval("document.activeElement.textContent.startsWith('Place order')") == true {
            break;
        }
        browser.key("Tab");
    }
    browser.key("Enter");
    browser.sees("Thank you. Your order is placed.");
    browser.looks_right("shop-order");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}
