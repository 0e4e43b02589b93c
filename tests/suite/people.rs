//! People with accounts, as the stories about them need them.

use galleria_tests::server::command;
use galleria_tests::{Answer, Client, eventually, until};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{Engine, World};

pub const PASSWORD: &str = "seven wet otters";

/// A world with a post: letters end in a folder.
pub struct Town {
    pub world: World,
    letters: TempDir,
}

impl Town {
    pub async fn start(engine: Engine, shops: usize) -> Self {
        Self::start_with(engine, shops, &[]).await
    }

    pub async fn start_with(engine: Engine, shops: usize, settings: &[(&str, &str)]) -> Self {
        let letters = tempfile::tempdir().unwrap();
        let post = format!("folder:{}", letters.path().display());
        let environment = [&[("GALLERIA_MAIL", post.as_str())], settings].concat();
        Self { world: World::start_with(engine, shops, &environment).await, letters }
    }

    /// At the platform's own address.
    pub fn platform(&self) -> Client {
        Client::new(self.world.server.port, self.world.server.domain(), None)
    }

    pub fn shop(&self, slug: &str) -> Client {
        self.world.server.client(slug, None)
    }

    /// The ticket of an account that was made on the command line: a shop's staff, or an operator.
    pub fn invited(&self, shop: Option<&str>, email: &str, role: &str) -> String {
        let mut words = vec!["account", "create", "--name", "Ada Lovelace", "--email", email, "--role", role];
        if let Some(slug) = shop {
            words.extend(["--tenant", slug]);
        }
        let link = command(&self.world.cell, &words);
        let (page, ticket) = link.split_once('#').unwrap();
        let theirs = if shop.is_some() { "/password?as=staff" } else { "/password" };
        assert!(page.ends_with(theirs), "{link}");
        ticket.to_owned()
    }

    /// Somebody who works in a shop, signed in with a program.
    pub async fn staff(&self, slug: &str, email: &str, role: &str) -> Person {
        let ticket = self.invited(Some(slug), email, role);
        self.arrive(self.shop(slug), &ticket, email, "staff").await
    }

    pub async fn operator(&self, email: &str, role: &str) -> Person {
        let ticket = self.invited(None, email, role);
        self.arrive(self.platform(), &ticket, email, "operator").await
    }

    /// A customer who signed up by themselves.
    pub async fn customer(&self, slug: &str, email: &str) -> Person {
        let (mut visitor, before) = (self.shop(slug), self.letters_to(email).len());
        let asked = visitor.post("/api/v1/sign-up", &json!({ "name": "Cy Buyer", "email": email })).await;
        assert_eq!(asked.status, 202, "{}", asked.json());
        self.letters_after(email, before).await;
        let ticket = self.ticket_for(email).await;
        self.arrive(visitor, &ticket, email, "customer").await
    }

    async fn arrive(&self, mut client: Client, ticket: &str, email: &str, audience: &str) -> Person {
        let set = client.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": PASSWORD })).await;
        assert_eq!(set.status, 204, "{}", set.json());
        let answer = sign_in(&mut client, email, PASSWORD, audience).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        Person::of(&client, email, &answer.json())
    }

    /// The ticket of the newest letter to an address, which may take a moment to arrive.
    pub async fn ticket_for(&self, email: &str) -> String {
        let letter =
            until(&format!("there is a letter for {email}"), async || self.letters_to(email).pop()).await;
        letter.split_once("/password#").unwrap().1.split_whitespace().next().unwrap().to_owned()
    }

    /// Waits until an address has had more letters than before.
    pub async fn letters_after(&self, email: &str, before: usize) {
        let what = format!("there is a further letter for {email}");
        eventually(&what, async || self.letters_to(email).len() > before).await;
    }

    pub fn letters_to(&self, email: &str) -> Vec<String> {
        let files = std::fs::read_dir(self.letters.path()).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|file| file.extension().is_some_and(|end| end == "eml")).collect();
        files.sort();
        let texts = files.into_iter().map(|file| std::fs::read_to_string(file).unwrap());
        let plain = texts.map(|text| text.replace("=\r\n", "").replace("=3D", "="));
        plain.filter(|text| text.contains(&format!("To: {email}"))).collect()
    }
}

/// Somebody who is signed in.
pub struct Person {
    pub client: Client,
    pub email: String,
    pub account: String,
    pub session: String,
    pub access_token: String,
    pub refresh_token: String,
}

impl Person {
    pub fn of(client: &Client, email: &str, signed_in: &Value) -> Self {
        let text = |name: &str| signed_in[name].as_str().unwrap().to_owned();
        let access_token = text("access_token");
        Self {
            client: client.with(Some(&access_token)),
            email: email.to_owned(),
            account: text("account"),
            session: text("session"),
            refresh_token: text("refresh_token"),
            access_token,
        }
    }
}

pub async fn sign_in(client: &mut Client, email: &str, password: &str, audience: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "as": audience, "kind": "program" });
    client.post("/api/v1/sign-in", &body).await
}

/// The code that an app shows for its secret, some steps from now.
pub fn code(secret: &str, steps: i64) -> String {
    let mut bits = String::new();
    for letter in secret.bytes().filter(u8::is_ascii_alphanumeric) {
        let value =
            if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter.to_ascii_uppercase() - b'A' };
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let step = now.cast_signed() / 30 + steps;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = ring::hmac::sign(&key, &step.to_be_bytes());
    let start = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[start..start + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
