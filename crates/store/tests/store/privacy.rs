//! What is personal is sealed from the first event on, and gone when the person is erased.

use kernel::{Fault, Problem, SubjectId};
use store::{Reply, Tenant, Work};
use uuid::Uuid;

use crate::jars::{Drop, Jar, asked, asked_once, drop_coins, open_owned};
use crate::over_both_engines;
use crate::world::World;

over_both_engines!(
    a_persons_words_are_sealed_in_log_states_and_replies,
    a_reply_that_tells_of_a_person_is_sealed_though_nothing_was_written_down,
    an_erased_person_is_gone_and_the_tenant_still_verifies,
    a_refusal_that_tells_of_a_person_is_sealed,
    a_repeated_request_after_the_erasure_is_refused_and_done_once,
    an_erasure_that_is_repeated_under_its_key_is_answered_as_it_was,
    what_is_said_of_an_erased_person_is_not_written_down,
    a_state_that_was_sealed_is_decided_over,
);

const NAME: &str = "Ada Lovelace";

/// Every text of the store's own tables, as it lies there.
async fn on_paper(tenant: &Tenant) -> String {
    let mut all = String::new();
    for (sql, column) in
        [("select data from events", 0), ("select state from states", 0), ("select body from replies", 0)]
    {
        for text in tenant.rows(sql, Vec::new(), |row| row.get::<String>(column)).await.unwrap() {
            all.push_str(&text);
            all.push('\n');
        }
    }
    all
}

async fn owner(tenant: &Tenant, jar: Uuid) -> Option<String> {
    tenant.row("select owner from jars where id = $1", kernel::args![jar], |row| row.get(0)).await.unwrap()
}

async fn a_persons_words_are_sealed_in_log_states_and_replies(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    let done = tenant.run(asked_once("k", "b"), open_owned(jar, ada, NAME)).await.unwrap();
    assert!(done.reply.body.contains(NAME));
    assert!(!on_paper(&tenant).await.contains("Lovelace"));
    assert_eq!(owner(&tenant, jar).await.as_deref(), Some(NAME));
    let events = tenant.events(0, 10).await.unwrap();
    assert!(events[0].event.data.contains(NAME), "{}", events[0].event.data);
    let again = tenant.run(asked_once("k", "b"), open_owned(jar, ada, NAME)).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.reply, done.reply);
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}

async fn a_reply_that_tells_of_a_person_is_sealed_though_nothing_was_written_down(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.run(asked(), open_owned(jar, ada, NAME)).await.unwrap();
    let look = || {
        Work::over::<Jar>([jar]).about([ada]).decide(move |desk| {
            let name = desk.get::<Jar>(jar)?.owner.as_ref().map(|owner| owner.text().to_owned());
            Ok(Reply::json(200, &name))
        })
    };
    let done = tenant.run(asked_once("k", "b"), look()).await.unwrap();
    assert!(done.reply.body.contains(NAME) && !on_paper(&tenant).await.contains("Lovelace"));
    assert_eq!(tenant.run(asked_once("k", "b"), look()).await.unwrap().reply, done.reply);
}

async fn an_erased_person_is_gone_and_the_tenant_still_verifies(world: World) {
    let tenant = world.tenant().await;
    let (ada, bob) = (SubjectId::new(), SubjectId::new());
    let (hers, his) = (Uuid::now_v7(), Uuid::now_v7());
    tenant.run(asked(), open_owned(hers, ada, NAME)).await.unwrap();
    tenant.run(asked(), open_owned(his, bob, "Bob")).await.unwrap();
    let before = store::verify::verify(&tenant).await.unwrap();
    tenant.erase(ada, asked()).await.unwrap();
    tenant.erase(ada, asked()).await.unwrap();
    assert_eq!(owner(&tenant, hers).await.as_deref(), Some(""));
    assert_eq!(owner(&tenant, his).await.as_deref(), Some("Bob"));
    let events = tenant.events(0, 10).await.unwrap();
    assert!(!events[0].event.data.contains(NAME) && events[1].event.data.contains("Bob"));
    let after = store::verify::verify(&tenant).await.unwrap();
    assert!(after.is_clean(), "{:?}", after.differences);
    assert_eq!(after.events, before.events + 1, "erasing twice is one event");
}

async fn a_refusal_that_tells_of_a_person_is_sealed(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.run(asked(), open_owned(jar, ada, NAME)).await.unwrap();
    let refuse = || {
        Work::over::<Jar>([jar]).about([ada]).decide(move |_| {
            Err(Problem::new(Fault::Conflict, "jar_taken", "Taken", format!("The jar is {NAME}'s.")))
        })
    };
    let refused = tenant.run(asked_once("k", "b"), refuse()).await.unwrap_err();
    assert!(refused.detail.contains(NAME) && !on_paper(&tenant).await.contains("Lovelace"));
    let again = tenant.run(asked_once("k", "b"), refuse()).await.unwrap_err();
    assert_eq!((again.code, again.detail), (refused.code, refused.detail));
}

async fn a_repeated_request_after_the_erasure_is_refused_and_done_once(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.run(asked_once("k", "b"), open_owned(jar, ada, NAME)).await.unwrap();
    tenant.erase(ada, asked()).await.unwrap();
    let events = tenant.events(0, 10).await.unwrap().len();
    let again = tenant.run(asked_once("k", "b"), open_owned(jar, ada, NAME)).await.unwrap_err();
    assert_eq!((again.code.as_ref(), again.fault), ("reply_erased", Fault::Conflict), "{again:?}");
    assert_eq!(tenant.events(0, 10).await.unwrap().len(), events);
    let other = tenant.run(asked_once("k", "c"), open_owned(jar, ada, NAME)).await.unwrap_err();
    assert_eq!(other.code, "idempotency_key_reused");
}

async fn an_erasure_that_is_repeated_under_its_key_is_answered_as_it_was(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.run(asked(), open_owned(jar, ada, NAME)).await.unwrap();
    let done = tenant.erase(ada, asked_once("k", "b")).await.unwrap();
    let again = tenant.erase(ada, asked_once("k", "b")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.reply, done.reply);
}

async fn what_is_said_of_an_erased_person_is_not_written_down(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.erase(ada, asked()).await.unwrap();
    tenant.run(asked(), open_owned(jar, ada, NAME)).await.unwrap();
    assert_eq!(owner(&tenant, jar).await.as_deref(), Some(""));
    assert!(!on_paper(&tenant).await.contains("Lovelace"));
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}

async fn a_state_that_was_sealed_is_decided_over(world: World) {
    let tenant = world.tenant().await;
    let (jar, ada) = (Uuid::now_v7(), SubjectId::new());
    tenant.run(asked(), open_owned(jar, ada, NAME)).await.unwrap();
    // Asleep and awake again, so that nothing is remembered.
    tenant.run(asked(), drop_coins(jar, 3)).await.unwrap();
    let read = Work::over::<Jar>([jar]).decide(move |desk| {
        desk.ask::<Jar, _>(jar, &Drop(1))?;
        let name = desk.get::<Jar>(jar)?.owner.as_ref().map(|owner| owner.text().to_owned());
        Ok(Reply::json(200, &name))
    });
    let done = tenant.run(asked(), read).await.unwrap();
    assert_eq!(done.reply.body, format!("\"{NAME}\""));
    assert!(!on_paper(&tenant).await.contains("Lovelace"));
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}
