//! The pages with which a person gets in, in a real browser.

use std::time::{Duration, Instant};

use galleria_tests::Browser;
use galleria_tests::server::command;
use serde_json::json;

use crate::people::{PASSWORD, Person, Town, code, sign_in};
use crate::world::Engine;

fn at(town: &Town, host: &str, path: &str) -> String {
    format!("http://{host}:{}{path}", town.world.server.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_colleague_gets_in_adds_an_app_and_signs_in_with_a_code() {
    let town = Town::start(Engine::Embedded, 1).await;
    let words =
        ["account", "create", "--tenant", "a", "--name", "Ada Lovelace", "--email", "ada@example.com"];
    let link = command(&town.world.cell, &[&words[..], &["--role", "admin"]].concat());
    let (_, path) = link.split_once("localhost").unwrap();
    let path = path.trim_start_matches(|letter: char| letter == ':' || letter.is_ascii_digit());
    let mut browser = Browser::start();

    // A password that is too short or too common is told so beside the field.
    browser.open(&at(&town, "a.localhost", path));
    browser.looks_right("password");
    browser.fill("New password", "otter");
    browser.sees("3 more, please");
    browser.fill("New password", "password123");
    browser.press("Save password");
    browser.sees("Many people use this password");
    assert_eq!(browser.eval("document.activeElement.name"), "password");
    assert_eq!(browser.eval("document.activeElement.ariaInvalid"), "true");
    browser.looks_right("password-refused");
    browser.fill("New password", PASSWORD);
    browser.press("Save password");
    browser.sees("Your password is set");
    assert_eq!(browser.eval("location.hash"), "", "a ticket that is used up stays in nobody's history");
    browser.looks_right("password-set");
    browser.press("Sign in");

    browser.sees("For staff of this shop.");
    browser.looks_right("sign-in-staff");
    browser.fill("E-mail address", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.key("Enter");
    browser.sees("Where you are signed in");
    browser.sees("ada@example.com");
    browser.sees("This device");
    browser.sees("You are signed in nowhere else.");
    browser.looks_right("account");

    // Adding an app: a wrong code is told at the field, the right one brings recovery codes.
    browser.press("Set up an app");
    browser.until("document.querySelector('#picture').naturalWidth > 0");
    browser.looks_right("account-app");
    let secret = browser.eval("document.querySelector('#typed').textContent");
    let secret = secret.as_str().unwrap();
    browser.fill("Code", "000000");
    browser.press("Confirm");
    browser.sees("This is not the current code");
    browser.fill("Code", &code(secret, -1));
    browser.press("Confirm");
    browser.sees("Your recovery codes");
    let kept = browser.eval("[...document.querySelectorAll('#recovery code')].map(code => code.textContent)");
    assert_eq!(kept.as_array().unwrap().len(), 10);
    assert_eq!(browser.eval("document.querySelector('#typed').textContent"), "", "a secret is shown once");
    browser.looks_right("account-recovery");
    // On paper there are the codes, and nothing else of the account.
    browser.eval("window.print = () => { window.printed = document.body.className; dispatchEvent(new Event('afterprint')); }; 0");
    browser.press("Print");
    assert_eq!(browser.until("window.printed"), "keeping");
    assert_eq!(browser.eval("document.body.className"), "");
    browser.eval("document.body.className = 'keeping'; 0");
    assert_eq!(browser.on_paper("#recovery, #person, #out"), json!(["recovery"]));
    browser.eval("document.body.className = ''; 0");
    browser.press("I have saved them");
    browser.sees("Signing in takes a code of your authenticator app.");

    // Out, and in again with what was typed kept while the code is asked for.
    browser.press("Sign out");
    browser.sees("For staff of this shop.");
    browser.open(&at(&town, "a.localhost", "/account?as=staff"));
    browser.sees("For staff of this shop.");
    browser.fill("E-mail address", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("Signing in as ada@example.com");
    browser.looks_right("sign-in-code");
    browser.fill("Code", "000000");
    browser.press("Sign in");
    browser.sees("This is not the current code");
    browser.press("Back");
    assert_eq!(browser.eval("document.querySelector('#email').value"), "ada@example.com");
    assert_eq!(browser.eval("document.querySelector('#password').value"), PASSWORD);
    browser.press("Sign in");
    browser.fill("Code", &code(secret, 0));
    browser.press("Sign in");
    browser.sees("Recovery codes left: 10");

    // Without the phone: a recovery code.
    browser.press("Sign out");
    browser.sees("For staff of this shop.");
    browser.fill("E-mail address", "ada@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.press("Use a recovery code instead");
    browser.fill("Recovery code", kept[0].as_str().unwrap());
    browser.press("Sign in");
    browser.sees("Recovery codes left: 9");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_one_sentence_and_keeps_the_address() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut browser = Browser::start();
    browser.open(&at(&town, "a.localhost", "/sign-in"));
    browser.looks_right("sign-in");
    browser.press("Sign in");
    browser.sees("Please fill this in.");
    assert_eq!(browser.eval("document.activeElement.name"), "email", "the focus is at the first problem");
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", "not this one");
    browser.press("Sign in");
    browser.sees("do not match");
    let problems = "[...document.querySelectorAll('.problem, .alert')].filter(one => one.checkVisibility())";
    assert_eq!(browser.eval(&format!("{problems}.length")), 1);
    assert_eq!(browser.eval("document.querySelector('#email').value"), "cy@example.com");
    assert_eq!(browser.eval("document.activeElement.name"), "password");
    browser.looks_right("sign-in-wrong");

    // The whole way by keyboard: from the skip link to the button that shows the password.
    browser.open(&at(&town, "a.localhost", "/sign-in"));
    let mut passed = Vec::new();
    for _ in 0..7 {
        browser.key("Tab");
        passed.push(browser.eval("document.activeElement.textContent.trim() || document.activeElement.id"));
    }
    let expected =
        ["Skip to the content", "Aa", "Sign in as staff", "email", "password", "Show Password", "Sign in"];
    assert_eq!(passed, expected.map(|name| json!(name)));

    // A shop that cannot be reached, and what cannot be opened.
    browser.eval("window.fetch = () => Promise.reject(new TypeError('gone')); 0");
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", "not this one");
    browser.press("Sign in");
    browser.sees("The shop cannot be reached.");
    assert_eq!(browser.eval("document.activeElement.role"), "alert");
    browser.looks_right("sign-in-offline");
    browser.open(&at(&town, "a.localhost", "/password"));
    browser.sees("This link is incomplete");
    browser.looks_right("password-broken");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_signs_up_forgets_the_password_and_has_a_new_one_by_letter() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut browser = Browser::start();
    browser.open(&at(&town, "a.localhost", "/sign-up"));
    browser.looks_right("sign-up");
    browser.fill("Name", "Cy Buyer");
    browser.fill("E-mail address", "nobody");
    browser.press("Send me the e-mail");
    browser.sees("Enter an e-mail address such as name@example.com.");
    browser.fill("E-mail address", "cy@example.com");
    browser.press("Send me the e-mail");
    browser.sees("Check your inbox");
    browser.looks_right("sign-up-sent");
    let ticket = town.ticket_for("cy@example.com").await;
    browser.open(&at(&town, "a.localhost", &format!("/password#{ticket}")));
    browser.fill("New password", PASSWORD);
    browser.press("Save password");
    browser.sees("Your password is set");
    // The same link once more is used up, and says what to do.
    browser.open(&at(&town, "a.localhost", &format!("/password#{ticket}")));
    browser.fill("New password", PASSWORD);
    browser.press("Save password");
    browser.sees("This link was used already");
    browser.press("Send me a new e-mail");

    browser.sees("Enter the e-mail address of your account.");
    browser.looks_right("forgotten");
    browser.fill("E-mail address", "cy@example.com");
    browser.press("Send me the e-mail");
    browser.sees("Check your inbox");
    town.letters_after("cy@example.com", 1).await;
    let ticket = town.ticket_for("cy@example.com").await;
    browser.open(&at(&town, "a.localhost", &format!("/password#{ticket}")));
    browser.fill("New password", "nine old herons");
    browser.press("Save password");
    browser.press("Sign in");

    // She was going somewhere, and gets there; elsewhere is a second session.
    browser.open(&at(&town, "a.localhost", "/sign-in?next=/account%23password"));
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", "nine old herons");
    browser.press("Sign in");
    browser.sees("Where you are signed in");
    assert_eq!(browser.eval("location.hash"), "#password");
    let mut shop = town.shop("a");
    for _ in 0..2 {
        assert_eq!(sign_in(&mut shop, "cy@example.com", "nine old herons", "customer").await.status, 200);
    }
    browser.open(&at(&town, "a.localhost", "/account"));
    browser.sees("Sign out everywhere else");
    let listed = "document.querySelectorAll('#sessions li').length";
    assert_eq!(browser.eval(listed), 3);
    browser.looks_right("account-sessions");
    browser.press("Sign out: A program");
    browser.until(&format!("{listed} === 2"));
    browser.press("Sign out everywhere else");
    browser.sees("Are you sure?");
    browser.looks_right("account-sure");
    browser.key("Escape");
    assert_eq!(browser.eval(listed), 2, "whoever gives up has changed nothing");
    browser.press("Sign out everywhere else");
    browser.press("Continue");
    browser.sees("You are signed in nowhere else.");

    browser.fill("Name", "Cy Merchant");
    browser.press("Save");
    browser.sees("Saved.");
    browser.fill("Current password", "not this one");
    browser.fill("New password", PASSWORD);
    browser.press("Change your password");
    browser.sees("do not match");
    assert_eq!(browser.eval("document.activeElement.name"), "current");
    browser.fill("Current password", "nine old herons");
    browser.press("Change your password");
    browser.sees("Your password was changed.");

    // Somebody who was signed in for long proves once more who they are; then it goes on where it was.
    browser.eval(
        "const real = window.fetch; let asked = false;
         window.fetch = (path, options) => {
             if (path !== '/api/v1/me/app' || asked) return real(path, options);
             asked = true;
             const problem = { code: 'proof_needed', detail: 'Prove it.' };
             return Promise.resolve(Response.json(problem, { status: 403 }));
         }; 0",
    );
    browser.press("Set up an app");
    browser.sees("Confirm that it is you");
    browser.looks_right("account-proof");
    browser.fill("Password", "not this one");
    browser.press("Continue");
    browser.sees("do not match");
    browser.fill("Password", PASSWORD);
    browser.press("Continue");
    browser.sees("Scan this with the app.");
    browser.press("Cancel");

    // Signed out elsewhere meanwhile: the next thing that she does leads to the door, and back.
    let signed_in = sign_in(&mut shop, "cy@example.com", PASSWORD, "customer").await.json();
    let mut phone = Person::of(&shop, "cy@example.com", &signed_in);
    assert_eq!(phone.client.delete("/api/v1/me/sessions").await.status, 204);
    browser.press("Save");
    browser.sees("Welcome back.");
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("Sign out everywhere else");
    assert_eq!(browser.eval("document.querySelector('#name').value"), "Cy Merchant");
    browser.press("Sign out");
    browser.sees("Welcome back.");

    // A link that somebody else made leads to no other site.
    browser.open(&at(&town, "a.localhost", "/sign-in?next=//evil.example/account"));
    browser.fill("E-mail address", "cy@example.com");
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("Where you are signed in");
    assert_eq!(browser.eval("location.hostname"), "a.localhost");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_broken_or_from_outside_has_its_place_on_the_page() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut browser = Browser::start();
    browser.pretend("() => new Promise(() => {})");
    browser.go(&at(&town, "a.localhost", "/account"));
    browser.sees("Loading your account");
    browser.looks_right("account-loading");

    let broken = "Response.json({ code: 'overloaded', detail: 'Too much at once.' }, { status: 503 })";
    browser.pretend(&format!("() => Promise.resolve({broken})"));
    browser.open(&at(&town, "a.localhost", "/account"));
    browser.sees("Many people are here at this moment.");
    browser.looks_right("account-failed");
    browser.pretend("() => null");
    browser.press("Try again");
    // Whoever is not signed in is led to the door, and from there back.
    browser.sees("Welcome back.");
    assert_eq!(browser.eval("new URLSearchParams(location.search).get('next')"), "/account");

    let listed = "Response.json({ items: [{ id: 'x', name: 'Corner Bank' }] })";
    browser.pretend(&format!(
        "(path) => path.startsWith('/api/v1/sign-in/outside?') ? Promise.resolve({listed}) : null"
    ));
    browser.open(&at(&town, "a.localhost", "/sign-in?problem=outside_refused"));
    browser.sees("Continue with Corner Bank");
    browser.sees("That way of signing in did not work.");
    browser.looks_right("sign-in-outside");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_adds_a_passkey_gets_in_with_it_alone_until_it_is_removed() {
    let town = Town::start(Engine::Embedded, 1).await;
    let ada = town.staff("a", "ada@example.com", "admin").await;
    let mut browser = Browser::start();
    browser.has_device();
    browser.open(&at(&town, "a.localhost", "/sign-in?as=staff"));
    browser.looks_right("sign-in-passkey");
    browser.fill("E-mail address", &ada.email);
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("You have none yet.");
    browser.press("Add a passkey");
    browser.sees("Please fill this in.");
    browser.fill("Name of the passkey", "My laptop");
    browser.press("Add a passkey");
    browser.press("Remove: My laptop");
    browser.sees("This passkey stops working.");
    browser.press("Cancel");
    browser.looks_right("account-passkeys");

    browser.press("Sign out");
    browser.sees("For staff of this shop.");
    browser.press("Use a passkey");
    browser.sees("My laptop");
    browser.sees("last used");

    // It proves once more who somebody is, too.
    browser.eval(
        "{ const real = window.fetch; let asked = false;
         window.fetch = (path, options) => {
             if (!path.startsWith('/api/v1/me/passkeys/') || asked) return real(path, options);
             asked = true;
             return Promise.resolve(Response.json({ code: 'proof_needed' }, { status: 403 }));
         }; } 0",
    );
    browser.press("Remove: My laptop");
    browser.press("Continue");
    browser.sees("Confirm that it is you");
    browser.press("Use a passkey");
    browser.sees("The passkey was removed.");
    browser.press("Sign out");
    browser.sees("For staff of this shop.");
    browser.press("Use a passkey");
    browser.sees("This passkey was not accepted");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_gets_in_at_the_platforms_own_address() {
    let town = Town::start(Engine::Embedded, 1).await;
    let op = town.operator("op@example.com", "owner").await;
    let mut browser = Browser::start();
    browser.open(&at(&town, "localhost", "/sign-in"));
    browser.sees("For operators of the platform.");
    browser.looks_right("sign-in-operator");
    browser.fill("E-mail address", &op.email);
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees("op@example.com");
    browser.sees("owner");
    browser.open(&at(&town, "localhost", "/sign-up"));
    browser.sees("There is nothing to sign up for here");
    browser.looks_right("sign-up-operator");
    assert!(browser.errors.is_empty(), "{:#?}", browser.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_there_at_once_and_keeps_nothing_inline() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut shop = town.shop("a");
    for path in ["/sign-in", "/sign-in?as=staff", "/sign-up", "/password", "/password/forgotten", "/account"]
    {
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let started = Instant::now();
            let page = shop.get(path).await;
            fastest = fastest.min(started.elapsed());
            let text = String::from_utf8(page.body.clone()).unwrap();
            assert_eq!(page.status, 200, "{path}");
            let policy = page.header("content-security-policy").unwrap();
            assert!(!policy.contains("unsafe") && policy.contains("default-src 'none'"), "{policy}");
            assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"));
            assert_eq!(text.matches("<script").count(), text.matches("<script type=\"module\" src=").count());
            assert!(text.contains("<noscript>"), "{path} says nothing to whoever runs no script");
        }
        assert!(fastest < Duration::from_millis(5), "{path} took {fastest:?}");
    }

    let page = String::from_utf8(shop.get("/sign-in").await.body).unwrap();
    let name = |ending: &str| {
        let end = page.find(&format!(".{ending}\"")).unwrap() + ending.len() + 1;
        page[page[..end].rfind('"').unwrap() + 1..end].to_owned()
    };
    for (asset, kind) in [(name("css"), "text/css"), (name("js"), "text/javascript")] {
        let answer = shop.get(&asset).await;
        assert_eq!(answer.status, 200, "{asset}");
        assert!(answer.header("content-type").unwrap().starts_with(kind));
        assert!(answer.header("cache-control").unwrap().contains("immutable"));
        let (folder, ending) = (asset.rsplit_once('/').unwrap().0, asset.rsplit_once('.').unwrap().1);
        let older = shop.get(&format!("{folder}/0011223344556677.{ending}")).await;
        assert_eq!((older.status, older.header("cache-control")), (200, Some("no-store")));
    }
    assert_eq!(shop.get("/assets/entry/other").await.status, 404);
    for path in ["/sign-in", "/"] {
        let nowhere = town.world.server.client("nobody", None).get(path).await;
        assert_eq!(nowhere.status, 404, "{path}");
        assert!(String::from_utf8(nowhere.body).unwrap().contains("There is no shop here"), "{path}");
    }
    // What customers come through wears their shop's theme, and what staff come through does not.
    let theme = "/assets/theme-of-today.css";
    let worn = shop.get(theme).await;
    assert_eq!((worn.status, worn.header("cache-control")), (200, Some("no-store")));
    assert!(page.contains(theme) && String::from_utf8(worn.body).unwrap().contains("--accent"));
    let staff = String::from_utf8(shop.get("/sign-in?as=staff").await.body).unwrap();
    assert!(!staff.contains(theme));
}
