//! What is sent to people: that it arrives, that none waits for another, and that nobody learns from it what is not theirs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use galleria_tests::{Client, eventually, tool};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::over_both_engines;
use crate::people::{PASSWORD, Town, sign_in};
use crate::world::{Dice, Engine, World, all, lamp, order};

over_both_engines!(
    a_letter_that_cannot_be_sent_holds_up_no_other_and_is_seen,
    no_letter_is_lost_by_a_kill,
    an_address_that_no_post_takes_is_refused_wherever_it_is_typed,
    a_strangers_words_stand_in_no_letter_to_an_address_that_is_not_proven_theirs,
    nobody_learns_from_an_answer_or_its_time_who_has_an_account,
    what_was_asked_of_an_address_is_kept_by_no_job,
);

/// A mail server that does what the name of a recipient says.
struct MailServer {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl MailServer {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/mail/tests/mail/server.py");
        let mut command = Command::new(tool("mail", "aiosmtpd/bin/python"));
        command.arg(script).arg("plain").arg(folder.path().join("log")).args(["", ""]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { folder, child, port: port.trim().parse().unwrap() }
    }

    fn log(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        // The last line may be half written.
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn taken_for(&self, email: &str) -> Vec<Value> {
        self.log().into_iter().filter(|line| line["recipients"] == json!([email])).collect()
    }

    fn times_asked_for(&self, email: &str) -> usize {
        self.log().iter().filter(|line| line["asked"] == email).count()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn sign_up(client: &mut Client, name: &str, email: &str) {
    let asked = client.post("/api/v1/sign-up", &json!({ "name": name, "email": email })).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
}

async fn jobs(admin: &mut Client, state: &str) -> Vec<Value> {
    all(admin, &format!("/api/v1/jobs?state={state}")).await
}

async fn a_letter_that_cannot_be_sent_holds_up_no_other_and_is_seen(engine: Engine) {
    let mail = MailServer::start();
    let post = format!("smtp://127.0.0.1:{}", mail.port);
    let world = World::start_with(engine, 2, &[("GALLERIA_MAIL", &post)]).await;
    let (mut visitor, mut admin) = (world.server.client("a", None), world.admin("a"));
    for email in ["nobody@example.org", "busy@example.org", "slow1@example.org", "slow2@example.org"] {
        sign_up(&mut visitor, "Eve", email).await;
        eventually("the post is asked", async || mail.times_asked_for(email) > 0).await;
    }
    // One was refused, one is tried later, two are under way; what comes after them does not wait.
    sign_up(&mut visitor, "Ada", "ada@example.org").await;
    eventually("the letter", async || mail.taken_for("ada@example.org").len() == 1).await;
    sign_up(&mut world.server.client("b", None), "Bob", "bob@example.org").await;
    eventually("the other shop's letter", async || mail.taken_for("bob@example.org").len() == 1).await;
    assert_eq!(mail.times_asked_for("nobody@example.org"), 1, "what is final is not tried again");
    eventually("the second try", async || mail.times_asked_for("busy@example.org") > 1).await;

    // A person sees what was given up, and why; not for whom.
    let failed = jobs(&mut admin, "failed").await;
    assert_eq!(
        (failed.len(), &failed[0]["name"], &failed[0]["attempts"]),
        (1, &json!("identity.letter"), &json!(1))
    );
    let told = failed[0]["problem"].as_str().unwrap();
    assert!(told.contains("550 5.1.1"), "{told}");
    assert!(jobs(&mut admin, "waiting").await.iter().all(|job| job["name"] == "identity.letter"));
    let mut seen = String::new();
    for state in ["failed", "waiting", "running", "done"] {
        seen += &json!(jobs(&mut admin, state).await).to_string();
    }
    assert!(!seen.contains("example.org") && !seen.contains("gal_tic_"), "{seen}");
    assert!(!world.server.log().contains("example.org"), "{}", world.server.log());
    // Nobody has one sent that no event wants.
    let forged = json!({ "name": "identity.letter", "args": { "position": 1 } });
    let forged = admin.post("/api/v1/jobs", &forged).await.json();
    eventually("its refusal", async || {
        jobs(&mut admin, "failed").await.iter().any(|job| job["id"] == forged["id"])
    })
    .await;
    assert_eq!(admin.get("/api/v1/dead-letters").await.json()["items"], json!([]));
}

async fn no_letter_is_lost_by_a_kill(engine: Engine) {
    let mail = MailServer::start();
    let post = format!("smtp://127.0.0.1:{}", mail.port);
    let mut world = World::start_with(engine, 1, &[("GALLERIA_MAIL", &post)]).await;
    let emails: Vec<String> = (0..12).map(|n| format!("ada{n}@example.org")).collect();
    for (email, n) in emails.iter().zip(0u64..) {
        sign_up(&mut world.server.client("a", None), "Ada", email).await;
        // Asked for, kept, opened, about to be sent, sent and not written down.
        if n % 3 == 2 {
            tokio::time::sleep(Duration::from_millis(n * 37 % 400)).await;
            world.server.kill();
            world.server.up().await;
        }
    }
    for email in &emails {
        eventually("the letter", async || !mail.taken_for(email).is_empty()).await;
        let ids: Vec<Value> =
            mail.taken_for(email).iter().map(|letter| letter["headers"]["message-id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "one letter is known again by its id: {ids:?}");
    }
    let mut admin = world.admin("a");
    assert_eq!(all(&mut admin, "/api/v1/accounts?audience=customer").await.len(), emails.len());
}

async fn an_address_that_no_post_takes_is_refused_wherever_it_is_typed(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let (mut visitor, mut ada) = (town.shop("a"), town.staff("a", "ada@example.com", "admin").await);
    assert_eq!(ada.client.post("/api/v1/products", &lamp("L", 5)).await.status, 201);
    let cart =
        visitor.post("/api/v1/carts", &json!({ "lines": [{ "sku": "L", "quantity": 1 }] })).await.json();
    let cart = format!("/api/v1/carts/{}", cart["id"].as_str().unwrap());
    for email in ["x@xn--example-.com", "a..b@example.com", "a@-x.com", "a@127.0.0.1", ".a@example.com"] {
        let mut ordered = order(&[("L", 1)]);
        ordered["customer"]["email"] = json!(email);
        let invited = json!({ "name": "Bo", "email": email, "roles": ["viewer"] });
        for (answer, pointer) in [
            (visitor.post("/api/v1/sign-up", &json!({ "name": "Bo", "email": email })).await, "/email"),
            (visitor.post("/api/v1/password-letters", &json!({ "email": email })).await, "/email"),
            (visitor.put(&cart, &json!({ "email": email })).await, "/email"),
            (ada.client.post("/api/v1/accounts", &invited).await, "/email"),
            (ada.client.post("/api/v1/orders", &ordered).await, "/customer/email"),
        ] {
            assert_eq!(answer.status, 422, "{email} {pointer}: {}", answer.json());
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{email}");
        }
    }
}

async fn a_strangers_words_stand_in_no_letter_to_an_address_that_is_not_proven_theirs(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut visitor = town.shop("a");
    sign_up(&mut visitor, "Click https://evil.example now", "ada@example.com").await;
    town.letters_after("ada@example.com", 0).await;
    sign_up(&mut visitor, "Your friend Eve", "ada@example.com").await;
    town.letters_after("ada@example.com", 1).await;
    visitor.post("/api/v1/password-letters", &json!({ "email": "ada@example.com" })).await;
    town.letters_after("ada@example.com", 2).await;
    for letter in town.letters_to("ada@example.com") {
        assert!(
            letter.contains("\r\nHello,\r\n") && !letter.contains("evil") && !letter.contains("Eve"),
            "{letter}"
        );
    }
    // Once the address was shown to be theirs, they are greeted by the name that they chose; what is none is left out.
    let mut cy = town.customer("a", "cy@example.com").await;
    visitor.post("/api/v1/password-letters", &json!({ "email": "cy@example.com" })).await;
    town.letters_after("cy@example.com", 1).await;
    assert!(town.letters_to("cy@example.com")[1].contains("Hello Cy Buyer,"));
    assert_eq!(cy.client.put("/api/v1/me", &json!({ "name": "go to evil.example" })).await.status, 204);
    visitor.post("/api/v1/password-letters", &json!({ "email": "cy@example.com" })).await;
    town.letters_after("cy@example.com", 2).await;
    assert!(!town.letters_to("cy@example.com")[2].contains("evil"));
    // And in the language of whoever asks.
    let german = [("accept-language", "de-AT,de;q=0.9,en;q=0.5")];
    let body = json!({ "name": "Uwe", "email": "uwe@example.com" }).to_string();
    assert_eq!(visitor.send("POST", "/api/v1/sign-up", &german, Some(&body)).await.unwrap().status, 202);
    town.letters_after("uwe@example.com", 0).await;
    let letter = &town.letters_to("uwe@example.com")[0];
    assert!(letter.contains("Subject: Willkommen bei a") && letter.contains("Guten Tag,"), "{letter}");
    assert!(letter.contains("<html lang=\"de\">"), "{letter}");
}

/// How often of a hundred somebody guesses right who takes the best of all thresholds between two sorts of times.
fn guessed(known: &[u128], unknown: &[u128]) -> usize {
    let all = known.len() + unknown.len();
    let right = known.iter().chain(unknown).map(|threshold| {
        let below = |times: &[u128]| times.iter().filter(|time| *time < threshold).count();
        let right = below(known) + unknown.len() - below(unknown);
        right.max(all - right)
    });
    right.max().unwrap() * 100 / all
}

async fn nobody_learns_from_an_answer_or_its_time_who_has_an_account(engine: Engine) {
    let town = Town::start(engine, 1).await;
    town.customer("a", "cy@example.com").await;
    let mut visitor = town.shop("a");
    let mut dice = Dice(7);
    let (sign_up, forgot, sign_in) = ("/api/v1/sign-up", "/api/v1/password-letters", "/api/v1/sign-in");
    // Of two sorts of times that are one, the best threshold parts so many falsely in one run of a billion.
    for (path, tries, most) in [(sign_up, 400, 66), (forgot, 400, 66), (sign_in, 80, 84)] {
        let (mut times, mut answers) = ([Vec::new(), Vec::new()], Vec::new());
        for n in 0..tries {
            let is_known = dice.roll(2) == 0;
            let email = if is_known {
                "cy@example.com".to_owned()
            } else {
                format!("{}-{n}@example.com", path.len())
            };
            let body = match path {
                "/api/v1/sign-up" => json!({ "name": "Eve", "email": email }),
                "/api/v1/password-letters" => json!({ "email": email }),
                _ => json!({ "email": email, "password": "eight dry badgers" }),
            };
            let started = Instant::now();
            let answer = visitor.post(path, &body).await;
            times[usize::from(is_known)].push(started.elapsed().as_nanos());
            let mut body = answer.json();
            body["correlation_id"] = Value::Null;
            answers.push((answer.status, body));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let right = guessed(&times[1], &times[0]);
        assert!(right < most, "{path}: guessed right {right} % of {tries}");
    }
}

async fn what_was_asked_of_an_address_is_kept_by_no_job(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let (mut visitor, mut admin) = (town.shop("a"), town.world.admin("a"));
    sign_up(&mut visitor, "Ottilie Quillfeather", "quillfeather@example.org").await;
    visitor.post("/api/v1/password-letters", &json!({ "email": "quillfeather@example.org" })).await;
    eventually("all is done", async || {
        let mut open = jobs(&mut admin, "waiting").await;
        open.extend(jobs(&mut admin, "running").await);
        open.is_empty() && jobs(&mut admin, "done").await.len() >= 3
    })
    .await;
    let kept = json!(jobs(&mut admin, "done").await).to_string().to_lowercase();
    for word in ["quillfeather", r#""sealed":""#, "gal_tic_"] {
        assert!(!kept.contains(word), "{word}: {kept}");
    }
    // She chooses a password, and there is one account.
    let ticket = town.ticket_for("quillfeather@example.org").await;
    let set = visitor.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": PASSWORD })).await;
    assert_eq!(set.status, 204, "{}", set.json());
    assert_eq!(sign_in(&mut visitor, "quillfeather@example.org", PASSWORD, "customer").await.status, 200);
}
