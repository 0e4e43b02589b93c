//! Requests that other languages signed and sent over a real connection.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use signing::{Accepts, Form};

use crate::wire::Server;
use crate::{Arrived, SECRET, secret};

fn examples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))
}

#[expect(clippy::disallowed_methods, reason = "the programs that are run ask the same clock")]
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}

fn run(mut command: Command) -> Output {
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.env("GALLERIA_SECRET", SECRET).output().unwrap()
}

fn by_python(tenant: &str, method: &str, target: &str, body: &[u8]) -> Arrived {
    let server = Server::start();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    let mut command = Command::new("python3");
    command.arg(examples().join("sign.py")).args(["checkout", tenant, method]);
    command.arg(format!("{}{target}", server.address)).stdin(Stdio::from(file.reopen().unwrap()));
    let output = run(command);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "taken\n", "{output:?}");
    server.arrived()
}

fn by_shell(tenant: &str, method: &str, target: &str, body: &[u8]) -> Arrived {
    let server = Server::start();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    let mut command = Command::new("sh");
    command.arg(examples().join("sign.sh")).args(["checkout", tenant, method]);
    command.arg(format!("{}{target}", server.address)).arg(file.path());
    let output = run(command);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "taken", "{output:?}");
    server.arrived()
}

/// Each of these must arrive accepted, and refused as soon as any of its parts is another.
fn holds_for(program: fn(&str, &str, &str, &[u8]) -> Arrived) {
    let bodies: [&[u8]; 4] =
        [br#"{"quantity":2}"#, b"", "Größe\r\nmit Zeile\n".as_bytes(), &[0, 255, 13, 10, 0]];
    let requests = [
        ("acme", "POST", "/orders?dry_run=1&note=a%20b"),
        ("", "PUT", "/"),
        ("0192f0c4-7f43-7d7e-9d5e-000000000001", "DELETE", "/a/../b%2Fc//?q=[1]{2}&&empty="),
        ("", "PATCH", ""),
    ];
    for ((tenant, method, target), body) in requests.into_iter().zip(bodies) {
        let arrived = program(tenant, method, target, body);
        assert_eq!(arrived.body, body);
        let claim = arrived.verify(&secret(), Accepts::V2, now());
        let claim = claim.unwrap_or_else(|why| panic!("{why} {arrived:?}"));
        assert_eq!((claim.key_id.as_str(), claim.form), ("checkout", Form::V2));
        assert_eq!(claim.tenant.unwrap_or_default(), tenant);
        refused_when_changed(&arrived);
    }
}

fn refused_when_changed(arrived: &Arrived) {
    let timestamp: u64 = arrived.header("x-timestamp").parse().unwrap();
    let now = now();
    let refused = |what: &str, change: &dyn Fn(&mut Arrived)| {
        let mut changed = arrived.clone();
        change(&mut changed);
        assert_eq!(changed.outcome(now), "signature_wrong", "{what}: {changed:?}");
    };
    refused("method", &|request| request.method = "GET".into());
    refused("path", &|request| request.target = format!("/x{}", request.target));
    refused("query", &|request| request.target += "&x=1");
    refused("tenant", &|request| request.set("x-tenant-id", "somebody-else"));
    refused("body", &|request| request.body.push(b' '));
    refused("timestamp", &|request| request.set("x-timestamp", &(timestamp + 1).to_string()));
    refused("nonce", &|request| request.set("x-nonce", crate::NONCE));
    refused("downgrade", &|request| {
        let bare = request.header("x-signature")[3..].to_owned();
        request.remove("x-nonce");
        request.set("x-signature", &bare);
    });
}

#[test]
fn what_python_signs_is_accepted() {
    holds_for(by_python);
}

#[test]
fn what_a_shell_signs_with_openssl_is_accepted() {
    holds_for(by_shell);
}
