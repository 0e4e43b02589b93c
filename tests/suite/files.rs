//! Files: sent in, fetched by signed addresses, removed, and gone with the person whom they are about.

use std::path::{Path, PathBuf};
use std::time::Duration;

use galleria_tests::server::{command, verify};
use galleria_tests::{Ahead, Answer, Cell, Client, read_until};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;

use crate::over_both_engines;
use crate::privacy::everything;
use crate::world::{Engine, World, all};

over_both_engines!(
    a_file_is_stored_fetched_by_an_address_and_removed,
    an_address_that_was_edited_leads_nowhere,
    an_upload_that_is_repeated_is_done_once,
    what_is_refused_leaves_no_bytes_behind,
    someone_elses_file_answers_like_a_missing_one,
    a_persons_files_go_with_the_person,
    bytes_without_a_record_are_swept_away,
);

/// A served cell, and the folder in which its files lie.
pub struct Files {
    pub world: World,
    folder: PathBuf,
    _home: TempDir,
}

impl Files {
    pub async fn start(engine: Engine, shops: usize, more: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("files");
        let named = folder.display().to_string();
        // A folder of shops has a place for files in it.
        let mut environment = more.to_vec();
        if engine == Engine::Database {
            environment.push(("GALLERIA_FILES", &named));
        }
        let world = World::start_with(engine, shops, &environment).await;
        let folder = match &world.cell {
            Cell::Folder(data) => data.join("files"),
            _ => folder,
        };
        Self { world, folder, _home: home }
    }

    /// The names of all objects, and of what an upload left half done.
    fn objects(&self) -> Vec<String> {
        let mut names = Vec::new();
        for tenant in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let objects = std::fs::read_dir(tenant.path()).unwrap().flatten();
            names.extend(objects.map(|object| object.file_name().into_string().unwrap()));
        }
        names
    }

    pub async fn until_there_are(&self, objects: usize) {
        let what = format!("there are {objects} objects");
        read_until(&what, async || self.objects(), |found| found.len() == objects).await;
    }
}

async fn send(client: &mut Client, query: &str, headers: &[(&str, &str)], bytes: &[u8]) -> Answer {
    let length = bytes.len().to_string();
    let headers = [headers, &[("content-length", length.as_str())]].concat();
    let mut request = client.request("POST", &format!("/api/v1/files{query}"), &headers, None);
    request.extend(bytes);
    client.raw(&request).await.unwrap()
}

pub async fn stored(client: &mut Client, query: &str, bytes: &[u8]) -> Value {
    let answer = send(client, query, &[], bytes).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()
}

async fn address(client: &mut Client, id: &Value, seconds: u64) -> String {
    let path = format!("/api/v1/files/{}/address", id.as_str().unwrap());
    let answer = client.post(&path, &json!({ "seconds": seconds })).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()["address"].as_str().unwrap().to_owned()
}

async fn get(client: &mut Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    client.send("GET", path, headers, None).await.unwrap()
}

fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((bytes.len()..size).map(|n| u8::try_from(n % 251).unwrap()));
    bytes
}

async fn a_file_is_stored_fetched_by_an_address_and_removed(engine: Engine) {
    let files = Files::start(engine, 1, &[]).await;
    let mut admin = files.world.admin("a");
    let bytes = pdf(9_000_000);
    let answer =
        send(&mut admin, "?name=Rechnung%20M%C3%A4rz.pdf", &[("content-type", "text/html")], &bytes).await;
    let record = answer.json();
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")), "{record}");
    assert_eq!((&record["media_type"], &record["size"]), (&json!("application/pdf"), &json!(9_000_000)));
    assert_eq!((&record["name"], &record["version"]), (&json!("Rechnung März.pdf"), &json!(1)));
    let location = answer.header("location").unwrap().to_owned();
    let read = admin.get(&location).await;
    assert_eq!((read.json(), read.header("etag")), (record.clone(), Some("\"1\"")));
    assert_eq!(get(&mut admin, &location, &[("if-none-match", "\"1\"")]).await.status, 304);
    let note = stored(&mut admin, "", "plain words, ".repeat(500).as_bytes()).await;
    assert_eq!((&note["media_type"], note.get("name")), (&json!("text/plain"), None));
    let listed = all(&mut admin, "/api/v1/files").await;
    assert_eq!(listed, [note.clone(), record.clone()]);
    assert_eq!(admin.get("/api/v1/files?limit=1").await.json()["items"][0]["id"], note["id"]);

    let mut anyone = files.world.server.client("a", None);
    let signed = address(&mut admin, &record["id"], 60).await;
    let fetched = anyone.get(&signed).await;
    assert!(fetched.status == 200 && fetched.body == bytes, "{}", fetched.status);
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", "9000000"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        (
            "content-disposition",
            "attachment; filename=\"Rechnung M_rz.pdf\"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf",
        ),
    ] {
        assert_eq!(fetched.header(name), Some(value));
    }
    let head = anyone.send("HEAD", &signed, &[], None).await.unwrap();
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("9000000"), 0));
    for (asked, given, span) in [
        ("bytes=0-0", &bytes[..1], "bytes 0-0/9000000"),
        ("bytes=8388600-8388699", &bytes[8_388_600..8_388_700], "bytes 8388600-8388699/9000000"),
        ("bytes=8999990-", &bytes[8_999_990..], "bytes 8999990-8999999/9000000"),
        ("bytes=-7", &bytes[8_999_993..], "bytes 8999993-8999999/9000000"),
    ] {
        let part = get(&mut anyone, &signed, &[("range", asked)]).await;
        assert_eq!((part.status, part.header("content-range")), (206, Some(span)), "{asked}");
        assert!(part.body == given, "{asked}");
    }
    let outside = get(&mut anyone, &signed, &[("range", "bytes=9000000-")]).await;
    assert_eq!((outside.status, outside.code().as_str()), (416, "range_outside"));
    assert_eq!(outside.header("content-range"), Some("bytes */9000000"));
    let text = address(&mut admin, &note["id"], 60).await;
    let plain = get(&mut anyone, &text, &[("accept-encoding", "gzip")]).await;
    assert_eq!((plain.header("content-encoding"), plain.body.len()), (None, 6_500));
    assert_eq!(plain.header("content-disposition"), Some("attachment"));

    for _ in 0..2 {
        let removed = admin.send("DELETE", &location, &[], None).await.unwrap();
        assert_eq!((removed.status, removed.header("etag")), (200, Some("\"2\"")), "{}", removed.json());
        assert!(removed.json()["removed_at"].is_string() && removed.json()["name"] == record["name"]);
    }
    files.until_there_are(1).await;
    assert_eq!((anyone.get(&signed).await.status, anyone.get(&text).await.status), (404, 200));
    assert_eq!(all(&mut admin, "/api/v1/files").await, [note]);
    let gone = admin.post(&format!("{location}/address"), &json!({})).await;
    assert_eq!((gone.status, gone.code().as_str()), (409, "file_removed"));
    verify(&files.world.cell);
}

async fn an_address_that_was_edited_leads_nowhere(engine: Engine) {
    let clock = Ahead::new();
    let files = Files::start(engine, 2, &clock.environment()).await;
    let (mut a, mut b) = (files.world.admin("a"), files.world.admin("b"));
    let (mine, other) = (stored(&mut a, "?name=a.txt", b"mine").await, stored(&mut a, "", b"other").await);
    let theirs = stored(&mut b, "", b"theirs").await;
    let signed = address(&mut a, &mine["id"], 60).await;
    let of_b = address(&mut b, &theirs["id"], 60).await;
    let tenant = |address: &str| address.split('/').nth(2).unwrap().to_owned();
    let (id, expires) =
        (mine["id"].as_str().unwrap(), signed.split("expires=").nth(1).unwrap()[..10].to_owned());
    let later = (expires.parse::<i64>().unwrap() + 1).to_string();
    let mut anyone = files.world.server.client("a", None);
    assert_eq!(anyone.get(&signed).await.body, b"mine");
    for edited in [
        signed.replace(id, other["id"].as_str().unwrap()),
        signed.replace(&tenant(&signed), &tenant(&of_b)),
        signed.replace(&tenant(&signed), "00000000-0000-0000-0000-000000000000"),
        signed.replace(&tenant(&signed), "0198c0de-0000-7000-8000-000000000000"),
        signed.replace(&expires, &later),
        signed.replace("name=a.txt", "name=a.exe"),
        signed.replace("signature=", "signature=A"),
        signed.split('?').next().unwrap().to_owned(),
        format!("/blobs/{}/{id}?{}", tenant(&of_b), of_b.split_once('?').unwrap().1),
        "/blobs/x/y".to_owned(),
    ] {
        let answer = anyone.get(&edited).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "address_invalid"), "{edited}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    for method in ["PUT", "POST", "DELETE"] {
        let answer = anyone.send(method, &signed, &[], None).await.unwrap();
        assert_eq!((answer.status, answer.code().as_str()), (404, "address_invalid"), "{method}");
    }
    let brief = address(&mut a, &mine["id"], 1).await;
    clock.set(2);
    let late = anyone.get(&brief).await;
    assert_eq!((late.status, late.code().as_str()), (403, "address_expired"));
    for seconds in [json!(0), json!(604_801), json!(-1), json!("60")] {
        let path = format!("/api/v1/files/{id}/address");
        let refused = a.post(&path, &json!({ "seconds": seconds })).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/seconds")));
    }
    let document = anyone.get("/openapi.json").await.json();
    assert!(document["paths"].get("/api/v1/files/{id}/address").is_some());
    assert!(document["paths"].as_object().unwrap().keys().all(|path| !path.starts_with("/blobs")));
}

async fn an_upload_that_is_repeated_is_done_once(engine: Engine) {
    let files = Files::start(engine, 1, &[]).await;
    let mut admin = files.world.admin("a");
    let (bytes, once) = (pdf(20_000), [("idempotency-key", "k1")]);
    let first = send(&mut admin, "?name=a.pdf", &once, &bytes).await;
    let again = send(&mut admin, "?name=a.pdf", &once, &bytes).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, None));
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!((again.json(), again.header("location")), (first.json(), first.header("location")));
    for (query, bytes) in [("?name=a.pdf", pdf(20_001)), ("?name=b.pdf", bytes.clone())] {
        let other = send(&mut admin, query, &once, &bytes).await;
        assert_eq!((other.status, other.code().as_str()), (422, "idempotency_key_reused"));
    }
    assert_eq!(files.objects(), [first.json()["id"].as_str().unwrap()]);

    // At the same time.
    let mut sending = Vec::new();
    for _ in 0..6 {
        let (mut client, bytes) = (files.world.admin("a"), bytes.clone());
        sending.push(tokio::spawn(async move {
            send(&mut client, "", &[("idempotency-key", "k2")], &bytes).await
        }));
    }
    let mut ids = Vec::new();
    for sent in sending {
        let answer = sent.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.json());
        ids.push(answer.json()["id"].to_string());
    }
    ids.dedup();
    assert_eq!((ids.len(), files.objects().len(), all(&mut admin, "/api/v1/files").await.len()), (1, 2, 2));
    verify(&files.world.cell);
}

async fn what_is_refused_leaves_no_bytes_behind(engine: Engine) {
    let limits = [("GALLERIA_FILE_LIMIT", "100000"), ("GALLERIA_TIME_LIMIT_SECONDS", "2")];
    let files = Files::start(engine, 1, &limits).await;
    let mut admin = files.world.admin("a");
    for (query, bytes, status, code) in [
        ("", pdf(100_001), 413, "blob_too_large"),
        ("", pdf(10_000_000), 413, "blob_too_large"),
        ("", Vec::new(), 422, "blob_empty"),
        ("?name=a%2Fb", pdf(50_000), 422, "invalid"),
        ("?name=%00", pdf(10), 422, "invalid"),
        ("?colour=red", pdf(10), 422, "invalid"),
        ("?about=ada", pdf(10), 422, "invalid"),
        ("?about=00000000-0000-0000-0000-000000000000", pdf(10), 422, "invalid"),
    ] {
        let answer = send(&mut files.world.admin("a"), query, &[], &bytes).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{query}: {}", answer.json());
    }
    assert_eq!(stored(&mut admin, "", &pdf(100_000)).await["size"], 100_000);
    // Without a word about its length before.
    let mut chunked = admin.request("POST", "/api/v1/files", &[("transfer-encoding", "chunked")], None);
    chunked.extend(format!("{:x}\r\n", 100_001).as_bytes());
    chunked.extend(pdf(100_001));
    chunked.extend(b"\r\n0\r\n\r\n");
    let answer = admin.raw(&chunked).await.unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (413, "blob_too_large"));
    // One sender hangs up in the middle, another falls silent.
    let half = |length: &str| {
        let mut half = admin.request("POST", "/api/v1/files", &[("content-length", length)], None);
        half.extend(pdf(40_000));
        half
    };
    let mut hanging = connected(files.world.server.port).await;
    hanging.write_all(&half("50000")).await.unwrap();
    drop(hanging);
    let answer = files.world.admin("a").raw(&half("50001")).await.unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (400, "blob_broken_off"));
    let mut anyone = files.world.server.client("a", None);
    assert_eq!(send(&mut anyone, "", &[], b"x").await.code(), "sign_in_needed");
    files.until_there_are(1).await;
    assert_eq!(all(&mut admin, "/api/v1/files").await.len(), 1);
}

async fn connected(port: u16) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

async fn someone_elses_file_answers_like_a_missing_one(engine: Engine) {
    let files = Files::start(engine, 2, &[]).await;
    let (mut a, mut b) = (files.world.admin("a"), files.world.admin("b"));
    let mine = stored(&mut a, "", b"mine").await;
    let id = mine["id"].as_str().unwrap();
    for (method, path, body) in [
        ("GET", "/api/v1/files/{}", None),
        ("DELETE", "/api/v1/files/{}", None),
        ("POST", "/api/v1/files/{}/address", Some("{}")),
    ] {
        let without_ids = |answer: Answer| {
            let mut told = answer.json();
            told["correlation_id"] = Value::Null;
            (answer.status, told)
        };
        let theirs = b.send(method, &path.replace("{}", id), &[], body).await.unwrap();
        let missing = path.replace("{}", "0198c0de-0000-7000-8000-000000000000");
        let missing = b.send(method, &missing, &[], body).await.unwrap();
        assert_eq!(theirs.status, 404, "{method} {path}");
        assert_eq!(without_ids(theirs), without_ids(missing), "{method} {path}");
    }
    assert!(all(&mut b, "/api/v1/files").await.is_empty());
    assert_eq!(all(&mut a, "/api/v1/files").await, [mine]);
}

async fn a_persons_files_go_with_the_person(engine: Engine) {
    let mut files = Files::start(engine, 1, &[]).await;
    let mut admin = files.world.admin("a");
    let ada = "0198c0de-0000-7000-8000-0000000000ad";
    let words = "Ottilie Quillfeather of Larkspur Mews";
    let hash = stored(&mut admin, &format!("?about={ada}"), words.as_bytes()).await["sha256"].clone();
    let (query, once) = (format!("?about={ada}&name=Quillfeather.pdf"), [("idempotency-key", "k1")]);
    let first = send(&mut admin, &query, &once, &pdf(10_000)).await;
    assert_eq!((first.status, &first.json()["name"]), (201, &json!("Quillfeather.pdf")));
    let location = first.header("location").unwrap().to_owned();
    let kept = stored(&mut admin, "?name=Terms.txt", b"about nobody").await;
    // One that was removed before is about her, too.
    let early = stored(&mut admin, &format!("?about={ada}&name=Quillfeather.txt"), b"early").await;
    let early = format!("/api/v1/files/{}", early["id"].as_str().unwrap());
    let removed = admin.send("DELETE", &early, &[("idempotency-key", "k2")], None).await.unwrap();
    assert_eq!(removed.json()["name"], "Quillfeather.txt");
    let about = format!("/api/v1/files?about={ada}");
    assert_eq!(all(&mut admin, &about).await.len(), 2);

    command(&files.world.cell, &["privacy", "erase", "--tenant", "a", ada, "--yes"]);

    files.until_there_are(1).await;
    assert!(all(&mut admin, &about).await.is_empty());
    assert_eq!(all(&mut admin, "/api/v1/files").await, [kept]);
    for path in [&location, &early] {
        let left = admin.get(path).await.json();
        assert!(left["removed_at"].is_string(), "{left}");
        assert!(left.get("name").is_none() && left.get("sha256").is_none(), "{left}");
    }
    let reason = admin.get(&location.replace("files", "history")).await.json();
    assert_eq!(reason["items"][1]["data"]["reason"], "person_erased", "{reason}");
    let late = send(&mut admin, &query, &[], &pdf(10_000)).await;
    assert_eq!((late.status, late.code().as_str()), (409, "person_erased"));
    let again = send(&mut admin, &query, &once, &pdf(10_000)).await;
    assert_eq!((again.status, again.code().as_str()), (409, "reply_erased"));
    files.until_there_are(1).await;

    verify(&files.world.cell);
    let mut seen = [again.body, everything(&files.world).await, bytes_below(&files.folder)].concat();
    files.world.server.stop();
    seen.extend(everything(&files.world).await);
    let seen = String::from_utf8_lossy(&seen);
    for word in ["Quillfeather", "Larkspur", hash.as_str().unwrap()] {
        assert!(!seen.contains(word), "{word:?} can still be read");
    }
    verify(&files.world.cell);
}

async fn bytes_without_a_record_are_swept_away(engine: Engine) {
    let files = Files::start(engine, 1, &[]).await;
    let mut admin = files.world.admin("a");
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(stored(&mut admin, "", format!("file {n}").as_bytes()).await["id"].clone());
    }
    let signed = address(&mut admin, &ids[0], 60).await;
    let home = files.folder.join(signed.split('/').nth(2).unwrap());
    let two_days = Duration::from_secs(2 * 86_400);
    let aged = |name: String, age: Duration| {
        let path = home.join(name);
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - age).unwrap();
    };
    for id in &ids {
        aged(id.as_str().unwrap().to_owned(), two_days);
    }
    // Enough that one statement does not ask for all.
    for n in 0..150 {
        aged(format!("0198c0de-0000-7000-8000-{n:012x}"), two_days);
    }
    aged("0198c0de-0000-7000-8000-000000000fff".into(), Duration::ZERO);
    let job = admin.post("/api/v1/jobs", &json!({ "name": "files.sweep" })).await;
    let path = job.header("location").unwrap().to_owned();
    let seen = admin.until(&path, |job| job["state"] == "done").await;
    assert_eq!(seen["note"], "150 objects without a record were removed; 154 were looked at.", "{seen}");
    assert_eq!(seen["done"], 154);
    let mut left = files.objects();
    left.retain(|name| !ids.contains(&json!(name)));
    assert_eq!(
        (left.as_slice(), files.objects().len()),
        (["0198c0de-0000-7000-8000-000000000fff".to_owned()].as_slice(), 4)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_a_place_for_files_says_so() {
    let world = World::start(Engine::Database, 1).await;
    let mut admin = world.admin("a");
    let refused = send(&mut admin, "", &[], &pdf(5_000)).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "files_not_configured"));
    assert_eq!(admin.get("/api/v1/files").await.json()["items"], json!([]));
}

fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        bytes.extend(if path.is_dir() { bytes_below(&path) } else { std::fs::read(&path).unwrap() });
    }
    bytes
}
