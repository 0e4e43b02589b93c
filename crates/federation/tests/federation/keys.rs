//! How often an issuer is asked, and what is used while it does not answer.

use federation::{Federation, FederationError, Flaw, Outsider, Provider};
use jsonwebtoken::Header;
use serde_json::json;

use crate::forger::{Forger, Key, NOON, noon};
use crate::{federation, provider, seconds};

const HOUR: u64 = 3_600;

struct Scene {
    forger: Forger,
    federation: Federation,
    provider: Provider,
}

impl Scene {
    async fn new(key: &Key) -> Self {
        let forger = Forger::start(&[key]).await;
        let provider = Provider { bearer_audiences: vec!["api".into()], ..provider(&forger.issuer()) };
        Self { forger, federation: federation(), provider }
    }

    fn token(&self, key: &Key, kid: &str) -> String {
        let claims =
            json!({ "iss": self.forger.issuer(), "sub": "42", "aud": "api", "exp": NOON + 100 * HOUR });
        key.sign(&Header { kid: Some(kid.into()), ..key.header() }, &claims)
    }

    async fn verify(&self, token: &str, later: u64) -> Result<Outsider, FederationError> {
        self.federation
            .verify_bearer(std::slice::from_ref(&self.provider), token, noon() + seconds(later))
            .await
    }
}

#[tokio::test]
async fn an_issuer_is_asked_once_an_hour() {
    let key = Key::new("one");
    let scene = Scene::new(&key).await;
    let token = scene.token(&key, "one");
    for later in [0, 1, 60, HOUR - 1] {
        assert!(scene.verify(&token, later).await.is_ok());
    }
    assert_eq!((scene.forger.asked(), scene.forger.keys_asked()), (1, 1));
    assert!(scene.verify(&token, HOUR).await.is_ok());
    assert_eq!((scene.forger.asked(), scene.forger.keys_asked()), (2, 2));
}

#[tokio::test]
async fn many_who_come_at_once_ask_once() {
    let key = Key::new("one");
    let scene = Scene::new(&key).await;
    let token = scene.token(&key, "one");
    let ask = || async { scene.verify(&token, 0).await.is_ok() };
    let all = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask(), ask(), ask());
    assert_eq!(all, (true, true, true, true, true, true, true, true));
    assert_eq!((scene.forger.asked(), scene.forger.keys_asked()), (1, 1));
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_strange_ones_are_looked_for_once_a_minute() {
    let (old, new, stranger) = (Key::new("old"), Key::new("new"), Key::new("stranger"));
    let scene = Scene::new(&old).await;
    assert!(scene.verify(&scene.token(&old, "old"), 0).await.is_ok());
    scene.forger.show(&[&new]);
    assert!(scene.verify(&scene.token(&new, "new"), 1).await.is_ok());
    assert_eq!((scene.forger.asked(), scene.forger.keys_asked()), (1, 2));
    let withdrawn = scene.verify(&scene.token(&old, "old"), 1).await;
    assert_eq!(withdrawn, Err(FederationError::Bearer(Flaw::UnknownKey)));
    for at in 0..200 {
        let token = scene.token(&stranger, &format!("strange-{at}"));
        assert_eq!(scene.verify(&token, 1 + at % 60).await, Err(FederationError::Bearer(Flaw::UnknownKey)));
    }
    assert_eq!(scene.forger.keys_asked(), 2, "once in that minute");
    let token = scene.token(&stranger, "strange");
    let flood = (0..20).map(|_| scene.verify(&token, 61));
    for refused in futures(flood).await {
        assert_eq!(refused, Err(FederationError::Bearer(Flaw::UnknownKey)));
    }
    assert_eq!(scene.forger.keys_asked(), 3, "once in the next one");
    assert!(scene.verify(&scene.token(&new, "new"), 62).await.is_ok());
}

/// All at the same time, in the order in which they came.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        for (one, done) in &mut waiting {
            if done.is_none()
                && let std::task::Poll::Ready(value) = one.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if waiting.iter().all(|(_, done)| done.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, done)| done).collect()
}

#[tokio::test]
async fn old_keys_are_used_for_a_day_while_the_issuer_is_down() {
    let key = Key::new("one");
    let scene = Scene::new(&key).await;
    let token = scene.token(&key, "one");
    assert!(scene.verify(&token, 0).await.is_ok());
    scene.forger.down();
    assert!(scene.verify(&token, 2 * HOUR).await.is_ok());
    assert!(scene.verify(&token, 24 * HOUR - 1).await.is_ok());
    let refused = scene.verify(&token, 24 * HOUR).await.unwrap_err();
    assert_eq!((refused.code(), refused.again()), ("issuer_unreachable", true));
    scene.forger.up().await;
    assert!(scene.verify(&token, 24 * HOUR + 11).await.is_ok());
    assert_eq!(scene.forger.asked(), 2);
}

#[tokio::test]
async fn an_issuer_that_did_not_answer_is_left_alone_for_ten_seconds() {
    let key = Key::new("one");
    let scene = Scene::new(&key).await;
    scene.forger.describe("issuer", json!("https://other.example"));
    let token = scene.token(&key, "one");
    for later in [0, 1, 9] {
        assert_eq!(scene.verify(&token, later).await.unwrap_err().code(), "issuer_unusable");
    }
    assert_eq!(scene.forger.asked(), 1);
    scene.forger.describe("issuer", json!(scene.forger.issuer()));
    assert!(scene.verify(&token, 10).await.is_ok());
    assert_eq!(scene.forger.asked(), 2);
}

#[tokio::test]
async fn an_issuer_whose_description_leads_elsewhere_is_not_used() {
    for (name, value) in [
        ("issuer", json!("https://other.example")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("authorization_endpoint", json!("http://shop.example/auth")),
        ("token_endpoint", json!("http://169.254.169.254/token")),
        ("token_endpoint", json!(null)),
        ("end_session_endpoint", json!("data:text/html,x")),
        ("jwks_uri", json!("nothing")),
    ] {
        let scene = Scene::new(&Key::new("one")).await;
        scene.forger.describe(name, value.clone());
        let refused = scene.federation.check(&scene.provider, noon()).await.unwrap_err();
        assert_eq!(refused.code(), "issuer_unusable", "{name}: {value}");
    }
    let scene = Scene::new(&Key::new("one")).await;
    scene.forger.describe("jwks_uri", json!("https://169.254.169.254/keys"));
    let refused = scene.federation.check(&scene.provider, noon()).await.unwrap_err();
    assert_eq!((refused.code(), refused.again()), ("issuer_unreachable", false), "{refused}");
    assert!(refused.to_string().contains("not asked from here"), "{refused}");
}
