//! What happens after a commit.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use galleria_tests::eventually;
use serde_json::json;
use store::relay::{JobState, NewJob, Workers};
use uuid::Uuid;

use crate::jars::{asked, drop_coins, now, open_jar};
use crate::over_both_engines;
use crate::readers::{Copier, Counting, Diary, Endless, Outside, Overdrawn, Planner, Teller, pace};
use crate::world::{World, coins, copied_once};

over_both_engines!(
    a_subscriber_is_handed_every_event_of_every_tenant_in_order,
    what_a_subscriber_does_inside_is_done_once_and_moves_its_cursor,
    what_was_written_while_nobody_listened_is_read_afterwards,
    works_made_from_what_the_one_before_changes_are_done_one_after_the_other,
    an_event_that_cannot_be_handled_is_put_aside_and_can_be_replayed,
    a_subscriber_that_panics_loses_nothing,
    a_job_is_done_when_it_is_due_and_says_how_far_it_is,
    a_job_that_fails_is_begun_again_and_in_the_end_given_up,
    a_cancelled_job_is_broken_off_and_has_no_effect,
    what_cannot_become_better_is_given_up_at_once,
    those_that_wait_for_somebody_outside_keep_nothing_else_waiting,
    whoever_does_not_answer_keeps_none_waiting_that_wait_for_another,
    what_a_subscriber_plans_is_planned_once,
    what_is_planned_around_a_refused_work_is_planned_all_the_same,
    a_long_log_keeps_no_other_tenant_waiting,
    those_who_fell_behind_are_brought_to_where_the_others_stand,
    what_one_tenant_wants_at_length_keeps_nobody_from_what_is_short,
    a_repeated_job_is_done_again_and_again,
    many_writers_and_a_reader_that_skips_nothing,
);

fn only_diary(diary: &Arc<Diary>) -> Workers {
    Workers { subscribers: vec![diary.clone()], ..Workers::default() }
}

fn only_counting(counting: &Arc<Counting>) -> Workers {
    Workers { jobs: vec![counting.clone()], ..Workers::default() }
}

async fn a_subscriber_is_handed_every_event_of_every_tenant_in_order(world: World) {
    let diary = Arc::new(Diary::default());
    let relay = world.cell.start(only_diary(&diary), pace()).await.unwrap();
    let (one, two) = (world.tenant().await, world.tenant().await);
    for tenant in [&one, &two] {
        let jar = Uuid::now_v7();
        tenant.run(asked(), open_jar(jar)).await.unwrap();
        for _ in 0..20 {
            tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
        }
    }
    eventually("both logs are read", async || diary.seen.lock().len() >= 42).await;
    for tenant in [&one, &two] {
        assert_eq!(diary.positions(tenant.id()), (1..=21).collect::<Vec<_>>());
    }
    eventually("nothing waits", async || relay.backlog("diary") == 0).await;
    relay.stop().await;
}

async fn what_a_subscriber_does_inside_is_done_once_and_moves_its_cursor(world: World) {
    let tenant = world.tenant().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let workers = Workers { subscribers: vec![Arc::new(Copier { from, to })], ..Workers::default() };
    let relay = world.cell.start(workers.clone(), pace()).await.unwrap();
    for _ in 0..50 {
        tenant.run(asked(), drop_coins(from, 2)).await.unwrap();
    }
    eventually("all coins are copied", async || coins(&tenant, to).await == Some(100)).await;
    relay.stop().await;
    let relay = world.cell.start(workers, pace()).await.unwrap();
    // Nor is anything copied again after a new start.
    copied_once(&tenant, from, to).await;
    relay.stop().await;
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}

async fn what_was_written_while_nobody_listened_is_read_afterwards(world: World) {
    let tenant = world.tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    for _ in 0..600 {
        tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
    }
    let diary = Arc::new(Diary::default());
    let relay = world.cell.start(only_diary(&diary), pace()).await.unwrap();
    eventually("the log is read", async || diary.seen.lock().len() >= 601).await;
    assert_eq!(diary.positions(tenant.id()), (1..=601).collect::<Vec<_>>());
    relay.stop().await;
}

async fn works_made_from_what_the_one_before_changes_are_done_one_after_the_other(world: World) {
    let tenant = world.tenant().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    for _ in 0..70 {
        tenant.run(asked(), drop_coins(from, 1)).await.unwrap();
    }
    let workers = Workers { subscribers: vec![Arc::new(Teller { from, to })], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    eventually("each coin is told", async || coins(&tenant, to).await == Some(70)).await;
    eventually("nothing waits", async || relay.backlog("teller") == 0).await;
    assert!(tenant.dead_letters(None, Uuid::nil(), 10).await.unwrap().is_empty());
    relay.stop().await;
}

async fn an_event_that_cannot_be_handled_is_put_aside_and_can_be_replayed(world: World) {
    let tenant = world.tenant().await;
    let (bad, good) = (Uuid::now_v7(), Uuid::now_v7());
    let diary = Arc::new(Diary::default());
    diary.refuses.lock().insert(bad);
    let workers = only_diary(&diary);
    let relay = world.cell.start(workers.clone(), pace()).await.unwrap();
    tenant.run(asked(), open_jar(bad)).await.unwrap();
    tenant.run(asked(), open_jar(good)).await.unwrap();
    eventually("the good one is read", async || diary.positions(tenant.id()) == [2]).await;
    let letters = tenant.dead_letters(None, Uuid::nil(), 10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].position, letters[0].attempts), (1, 3));
    assert_eq!(letters[0].problem, "The diary cannot read this.");
    let refused = tenant.replay(letters[0].id, &workers.subscribers).await.unwrap_err();
    assert_eq!(refused.code, "illegible");
    assert_eq!(tenant.dead_letter(letters[0].id).await.unwrap().attempts, 4);
    diary.refuses.lock().clear();
    tenant.replay(letters[0].id, &workers.subscribers).await.unwrap();
    assert_eq!(diary.positions(tenant.id()), [2, 1]);
    assert!(tenant.dead_letters(None, Uuid::nil(), 10).await.unwrap().is_empty());
    assert_eq!(tenant.replay(letters[0].id, &workers.subscribers).await.unwrap_err().code, "not_found");
    relay.stop().await;
}

async fn a_subscriber_that_panics_loses_nothing(world: World) {
    let tenant = world.tenant().await;
    let diary = Arc::new(Diary::default());
    diary.panics.store(true, Ordering::Relaxed);
    let relay = world.cell.start(only_diary(&diary), store::relay::Pace { attempts: 1000, ..pace() }).await;
    tenant.run(asked(), open_jar(Uuid::now_v7())).await.unwrap();
    eventually("it has panicked twice", async || diary.panicked.load(Ordering::Relaxed) > 1).await;
    assert!(diary.seen.lock().is_empty());
    diary.panics.store(false, Ordering::Relaxed);
    eventually("the event is read", async || diary.positions(tenant.id()) == [1]).await;
    relay.unwrap().stop().await;
}

async fn a_job_is_done_when_it_is_due_and_says_how_far_it_is(world: World) {
    let tenant = world.tenant().await;
    let counting = Arc::new(Counting::default());
    let relay = world.cell.start(only_counting(&counting), pace()).await.unwrap();
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let mut job = NewJob::now("counting", json!({ "to": 30, "jar": jar }), now());
    job.due = now().plus(Duration::from_millis(300));
    let made = tenant.schedule(job.clone()).await.unwrap();
    assert_eq!(made.state, JobState::Waiting);
    tenant.schedule(job.clone()).await.unwrap();
    eventually("it is under way", async || {
        let seen = tenant.job(job.id).await.unwrap();
        seen.state == JobState::Running && seen.done > 0 && seen.total == 30
    })
    .await;
    eventually("it is done", async || tenant.job(job.id).await.unwrap().state == JobState::Done).await;
    assert_eq!(tenant.job(job.id).await.unwrap().note.as_deref(), Some("counted to 30"));
    assert_eq!((coins(&tenant, jar).await, counting.begun.load(Ordering::Relaxed)), (Some(1), 1));
    relay.stop().await;
}

async fn a_job_that_fails_is_begun_again_and_in_the_end_given_up(world: World) {
    let tenant = world.tenant().await;
    let counting = Arc::new(Counting::default());
    counting.fails.store(2, Ordering::Relaxed);
    let relay = world.cell.start(only_counting(&counting), pace()).await.unwrap();
    let job = tenant.schedule(NewJob::now("counting", json!({}), now())).await.unwrap();
    eventually("the third attempt", async || tenant.job(job.id).await.unwrap().state == JobState::Done).await;
    counting.fails.store(100, Ordering::Relaxed);
    let job = tenant.schedule(NewJob::now("counting", json!({}), now())).await.unwrap();
    eventually("given up", async || tenant.job(job.id).await.unwrap().state == JobState::Failed).await;
    let job = tenant.job(job.id).await.unwrap();
    assert_eq!((job.attempts, job.problem.as_deref()), (3, Some("It lost count.")));
    // A person may have it begun again, once it is clear why it failed.
    counting.fails.store(0, Ordering::Relaxed);
    assert_eq!(tenant.retry_job(job.id).await.unwrap().attempts, 0);
    eventually("it is done", async || tenant.job(job.id).await.unwrap().state == JobState::Done).await;
    assert_eq!(tenant.retry_job(job.id).await.unwrap_err().code, "job_not_again");
    relay.stop().await;
}

async fn what_cannot_become_better_is_given_up_at_once(world: World) {
    let tenant = world.tenant().await;
    let outside = Arc::new(Outside::default());
    let hopeless = json!({ "says": "never", "sealed": "whose it is" });
    let job = tenant.schedule(NewJob::now("outside", hopeless, now())).await.unwrap();
    assert_eq!(job.args["sealed"], "whose it is");
    let workers = Workers { jobs: vec![outside.clone()], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    eventually("given up", async || tenant.job(job.id).await.unwrap().state == JobState::Failed).await;
    let job = tenant.job(job.id).await.unwrap();
    assert_eq!((job.attempts, job.problem.as_deref()), (1, Some("Outside said no.")));
    let gone = json!({ "says": "never", "sealed": null });
    assert_eq!(job.args, gone, "what is sealed goes when the job ends");
    let refused = tenant.retry_job(job.id).await.unwrap_err();
    assert_eq!(refused.code, "job_not_again", "nobody knows any more what it was to do");
    // Whatever else goes wrong may be over the next time.
    let job = tenant.schedule(NewJob::now("outside", json!({ "says": "later" }), now())).await.unwrap();
    eventually("tried thrice", async || tenant.job(job.id).await.unwrap().state == JobState::Failed).await;
    assert_eq!(tenant.job(job.id).await.unwrap().attempts, 3);
    // One that was cancelled is over, too.
    let mut later = NewJob::now("outside", json!({ "sealed": "whose it is" }), now());
    later.due = now().plus(Duration::from_secs(3600));
    tenant.schedule(later.clone()).await.unwrap();
    assert_eq!(tenant.cancel_job(later.id).await.unwrap().args, json!({ "sealed": null }));
    relay.stop().await;
}

async fn those_that_wait_for_somebody_outside_keep_nothing_else_waiting(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let outside = Arc::new(Outside::default());
    let workers =
        Workers { jobs: vec![outside.clone(), Arc::new(Counting::default())], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let silent = || NewJob::now("outside", json!({ "says": "nothing" }), now());
    let stuck = tenant.schedule(silent()).await.unwrap().id;
    eventually("it waits", async || outside.waits.load(Ordering::Relaxed) == 1).await;
    // Another of its kind is done beside it, and of a tenant so many at once.
    let quick = tenant.schedule(NewJob::now("outside", json!({}), now())).await.unwrap().id;
    eventually("it is done", async || tenant.job(quick).await.unwrap().state == JobState::Done).await;
    for _ in 0..100 {
        tenant.schedule(silent()).await.unwrap();
    }
    eventually("more wait", async || outside.waits.load(Ordering::Relaxed) == 3).await;
    // Hundred that are due before it hide nothing that is short, and keep nobody else's waiting.
    let short = tenant.schedule(NewJob::now("counting", json!({}), now())).await.unwrap().id;
    eventually("it is done", async || tenant.job(short).await.unwrap().state == JobState::Done).await;
    let theirs = other.schedule(NewJob::now("outside", json!({}), now())).await.unwrap().id;
    eventually("it is done", async || other.job(theirs).await.unwrap().state == JobState::Done).await;
    assert_eq!(outside.waits.load(Ordering::Relaxed), 3, "of one tenant at once");
    // As soon as one ends the next has its room.
    tenant.cancel_job(stuck).await.unwrap();
    eventually("the next", async || outside.waits.load(Ordering::Relaxed) == 4).await;
    relay.stop().await;
}

async fn whoever_does_not_answer_keeps_none_waiting_that_wait_for_another(world: World) {
    let tenant = world.tenant().await;
    let outside = Arc::new(Outside::default());
    let workers = Workers { jobs: vec![outside.clone()], ..Workers::default() };
    for _ in 0..100 {
        let silent = NewJob::now("outside", json!({ "says": "nothing" }), now()).to("silent");
        tenant.schedule(silent).await.unwrap();
    }
    let relay = world.cell.start(workers, pace()).await.unwrap();
    eventually("they wait", async || outside.waits.load(Ordering::Relaxed) == 3).await;
    for _ in 0..10 {
        let quick = tenant.schedule(NewJob::now("outside", json!({}), now()).to("quick")).await.unwrap().id;
        eventually("it is done", async || tenant.job(quick).await.unwrap().state == JobState::Done).await;
    }
    assert_eq!(outside.waits.load(Ordering::Relaxed), 3, "for one destination at once");
    relay.stop().await;
}

async fn what_a_subscriber_plans_is_planned_once(world: World) {
    let tenant = world.tenant().await;
    let counting = Arc::new(Counting::default());
    let subscribers: Vec<Arc<dyn store::relay::Subscriber>> = vec![Arc::new(Planner)];
    let workers = Workers { subscribers, jobs: vec![counting.clone()], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let jars: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    for jar in &jars {
        tenant.run(asked(), open_jar(*jar)).await.unwrap();
    }
    for jar in &jars {
        eventually("it is counted", async || coins(&tenant, *jar).await == Some(1)).await;
    }
    eventually("nothing waits", async || relay.backlog("planner") == 0).await;
    let jobs = tenant.jobs(None, Uuid::max(), 100).await.unwrap();
    assert_eq!((jobs.len(), counting.begun.load(Ordering::Relaxed)), (20, 20));
    relay.stop().await;
}

async fn what_is_planned_around_a_refused_work_is_planned_all_the_same(world: World) {
    let tenant = world.tenant().await;
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    tenant.run(asked(), open_jar(one)).await.unwrap();
    tenant.run(asked(), drop_coins(one, 1)).await.unwrap();
    tenant.run(asked(), open_jar(two)).await.unwrap();
    let subscribers: Vec<Arc<dyn store::relay::Subscriber>> = vec![Arc::new(Overdrawn)];
    let workers = Workers { subscribers, ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let letters = async || tenant.dead_letters(None, Uuid::nil(), 10).await.unwrap();
    eventually("it is put aside", async || letters().await.len() == 1).await;
    let jobs = async || tenant.jobs(None, Uuid::max(), 10).await.unwrap();
    eventually("both are planned", async || jobs().await.len() == 2).await;
    let mut jars: Vec<String> = Vec::new();
    for job in jobs().await {
        jars.push(job.args["jar"].as_str().unwrap().to_owned());
    }
    jars.sort();
    assert_eq!(jars, [one.to_string(), two.to_string()]);
    relay.stop().await;
}

/// With one worker for all visits, so that it is the turn that lets the other in, and not a second worker.
async fn a_long_log_keeps_no_other_tenant_waiting(world: World) {
    let (long, short) = (world.tenant().await, world.tenant().await);
    let (jar, diary) = (Uuid::now_v7(), Arc::new(Diary::default()));
    long.run(asked(), open_jar(jar)).await.unwrap();
    for _ in 0..300 {
        long.run(asked(), drop_coins(jar, 1)).await.unwrap();
    }
    *diary.takes.lock() = Duration::from_millis(5);
    let pace = store::relay::Pace { visits: 1, ..pace() };
    let relay = world.cell.start(only_diary(&diary), pace).await.unwrap();
    eventually("it has begun", async || !diary.positions(long.id()).is_empty()).await;
    short.run(asked(), open_jar(Uuid::now_v7())).await.unwrap();
    eventually("the first of the other", async || !diary.positions(short.id()).is_empty()).await;
    let before = diary.positions(long.id()).len();
    assert!(before < 100, "of the long log {before} events came first");
    eventually("nothing waits", async || relay.backlog("diary") == 0).await;
    assert_eq!(diary.positions(long.id()), (1..=301).collect::<Vec<_>>());
    relay.stop().await;
}

async fn those_who_fell_behind_are_brought_to_where_the_others_stand(world: World) {
    let tenant = world.tenant().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let diary = Arc::new(Diary::default());
    let relay = world.cell.start(only_diary(&diary), pace()).await.unwrap();
    for _ in 0..10 {
        tenant.run(asked(), drop_coins(from, 1)).await.unwrap();
    }
    eventually("nothing waits", async || relay.backlog("diary") == 0).await;
    relay.stop().await;
    // One that is new begins at the beginning; one that is told of it all is told of nothing twice.
    let copier = Arc::new(Copier { from, to });
    let workers = Workers { subscribers: vec![diary.clone(), copier], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    eventually("all coins are copied", async || coins(&tenant, to).await == Some(10)).await;
    eventually("all is told", async || diary.positions(tenant.id()).len() >= 22).await;
    assert_eq!(diary.positions(tenant.id()), (1..=22).collect::<Vec<_>>());
    relay.stop().await;
}

async fn what_one_tenant_wants_at_length_keeps_nobody_from_what_is_short(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (endless, counting) = (Arc::new(Endless::default()), Arc::new(Counting::default()));
    let workers = Workers { jobs: vec![endless.clone(), counting], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let mut long = Vec::new();
    for _ in 0..5 {
        long.push(tenant.schedule(NewJob::now("endless", json!({}), now())).await.unwrap().id);
    }
    eventually("one is under way", async || endless.of.lock().get(&tenant.id()) == Some(&1)).await;
    other.schedule(NewJob::now("endless", json!({}), now())).await.unwrap();
    eventually("the other's, too", async || endless.of.lock().get(&other.id()) == Some(&1)).await;
    for tenant in [&tenant, &other] {
        let short = tenant.schedule(NewJob::now("counting", json!({}), now())).await.unwrap();
        eventually("it is done", async || tenant.job(short.id).await.unwrap().state == JobState::Done).await;
    }
    assert_eq!(endless.of.lock().get(&tenant.id()), Some(&1), "one of a tenant at a time");
    endless.enough.store(true, Ordering::Relaxed);
    for id in long {
        eventually("it is done", async || tenant.job(id).await.unwrap().state == JobState::Done).await;
    }
    relay.stop().await;
}

async fn a_cancelled_job_is_broken_off_and_has_no_effect(world: World) {
    let tenant = world.tenant().await;
    let counting = Arc::new(Counting::default());
    let relay = world.cell.start(only_counting(&counting), pace()).await.unwrap();
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let job = NewJob::now("counting", json!({ "to": 100_000, "jar": jar }), now());
    let job = tenant.schedule(job).await.unwrap();
    eventually("it is under way", async || tenant.job(job.id).await.unwrap().done > 2).await;
    assert_eq!(tenant.cancel_job(job.id).await.unwrap().state, JobState::Cancelled);
    assert_eq!(tenant.cancel_job(job.id).await.unwrap().state, JobState::Cancelled);
    let done = tenant.job(job.id).await.unwrap().done;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(tenant.job(job.id).await.unwrap().done, done, "it went on");
    assert_eq!(coins(&tenant, jar).await, Some(0));
    relay.stop().await;
}

async fn a_repeated_job_is_done_again_and_again(world: World) {
    let tenant = world.tenant().await;
    let counting = Arc::new(Counting::default());
    let relay = world.cell.start(only_counting(&counting), pace()).await.unwrap();
    let mut job = NewJob::now("counting", json!({}), now());
    job.every = Some(Duration::from_secs(1));
    tenant.schedule(job.clone()).await.unwrap();
    eventually("three times", async || counting.begun.load(Ordering::Relaxed) >= 3).await;
    let seen = tenant.job(job.id).await.unwrap();
    assert!(matches!(seen.state, JobState::Waiting | JobState::Running), "{seen:?}");
    tenant.cancel_job(job.id).await.unwrap();
    relay.stop().await;
}

/// Works of 64 writers are decided and committed in another order than they were asked for, some of them late.
async fn many_writers_and_a_reader_that_skips_nothing(world: World) {
    let each = if galleria_tests::long() { 8000 } else { 40 };
    let tenant = world.tenant().await;
    let diary = Arc::new(Diary::default());
    let relay = world.cell.start(only_diary(&diary), pace()).await.unwrap();
    let writers: Vec<_> = (0..64_u64)
        .map(|writer| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                for number in 0..each {
                    let jar = Uuid::now_v7();
                    if (writer + number) % 7 == 0 {
                        tokio::time::sleep(Duration::from_micros(writer * 31 % 900)).await;
                    }
                    tenant.run(asked(), open_jar(jar)).await.unwrap();
                    tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let head = tenant.head().await.unwrap();
    assert_eq!(head, 64 * 2 * i64::try_from(each).unwrap());
    eventually("all is read", async || diary.seen.lock().last().is_some_and(|(_, last)| *last == head)).await;
    assert!(
        diary.positions(tenant.id()).into_iter().eq(1..=head),
        "a position was skipped, doubled or swapped"
    );
    relay.stop().await;
}

/// The poll is an hour away: only the other node's word can wake the reader so soon. The writing node joins too late to
/// hold a lease, and the reading one keeps about half of the shards, so of many tenants some are read.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_on_one_node_wakes_the_reader_on_another() {
    let world = World::database().await;
    let mut tenants = Vec::new();
    for _ in 0..12 {
        tenants.push(world.tenant().await);
    }
    let other = crate::killed::another_node(world.url.as_ref().unwrap()).await;
    let diary = Arc::new(Diary::default());
    let slow = store::relay::Pace { poll: Duration::from_secs(3600), ..pace() };
    let relay = other.start(only_diary(&diary), slow.clone()).await.unwrap();
    let never = store::relay::Pace { lease: Duration::from_secs(3600), ..slow };
    let writer = world.cell.start(Workers::default(), never).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    for tenant in &tenants {
        tenant.run(asked(), open_jar(Uuid::now_v7())).await.unwrap();
    }
    let began = std::time::Instant::now();
    eventually("some are read", async || !diary.seen.lock().is_empty()).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    writer.stop().await;
    relay.stop().await;
}

/// A request that takes too long is dropped wherever it is; so is what a node was doing when it is told to stop.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_cut_off_leaves_no_open_transaction_to_the_next() {
    let world = World::database().await;
    let tenant = world.tenant().await;
    for turn in 0..300 {
        let planning = tenant.schedule(NewJob::now("counting", json!({}), now()));
        let _ = tokio::time::timeout(Duration::from_micros(turn * 37 % 3000), planning).await;
        tenant.head().await.unwrap();
    }
    let reads: Vec<_> = (0..64)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move { tenant.head().await })
        })
        .collect();
    for read in reads {
        read.await.unwrap().unwrap();
    }
}
