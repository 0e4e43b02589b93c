//! The README is the contract for other languages: it must say what is done here.

use signing::Accepts;

use crate::{Arrived, NONCE, NOW, SECRET, secret};

const README: &str = include_str!("../../README.md");

struct Vector {
    method: &'static str,
    target: &'static str,
    tenant: Option<&'static str>,
    timestamp: &'static str,
    body: &'static str,
    signature: &'static str,
}

/// Made with Python's `hmac`, not with this crate.
const VECTORS: &[Vector] = &[
    Vector {
        method: "POST",
        target: "/orders?dry_run=1&note=a%20b",
        tenant: Some("acme"),
        timestamp: "1795000000000",
        body: r#"{"quantity":2}"#,
        signature: "v2=c2ebb8d63d2a0c46e5ff6ea06c5cb1c0f46b0bdde98ddb336d71b6077deb982a",
    },
    Vector {
        method: "GET",
        target: "/",
        tenant: None,
        timestamp: "1795000000",
        body: "",
        signature: "v2=d8df66efefc227a3c9c0c000a94b531332c3d5dd2ec4ab6eb703dbbae9f78a32",
    },
    Vector {
        method: "POST",
        target: "/orders",
        tenant: None,
        timestamp: "1795000000",
        body: r#"{"quantity":2}"#,
        signature: "fe0fdd73c84266acdff31c091067a3b45493ab40bebbfe37ddd61362b412ba70",
    },
];

#[test]
fn the_vectors_of_the_readme_are_accepted() {
    assert!(README.contains(SECRET) && README.contains(NONCE));
    for Vector { method, target, tenant, timestamp, body, signature } in VECTORS {
        for said in [timestamp, body, signature] {
            assert!(README.contains(said), "the README does not say {said}");
        }
        let mut request = Arrived::signed();
        (request.method, request.target) = ((*method).into(), (*target).into());
        request.body = body.as_bytes().to_vec();
        request.remove("x-tenant-id");
        if let Some(tenant) = tenant {
            request.set("x-tenant-id", tenant);
        }
        request.set("x-timestamp", timestamp);
        request.set("x-signature", signature);
        let claim = request.verify(&secret(), Accepts::V2AndLegacy, NOW);
        assert_eq!(claim.map(|claim| claim.tenant), Ok(tenant.map(str::to_owned)), "{signature}");
    }
}

#[test]
fn the_signer_makes_the_first_vector() {
    assert_eq!(Arrived::signed().header("x-signature"), VECTORS[0].signature);
    assert_eq!(Arrived::signed().header("x-timestamp"), VECTORS[0].timestamp);
}

#[test]
fn the_readme_shows_the_programs_that_the_tests_run() {
    for program in [include_str!("../../examples/sign.py"), include_str!("../../examples/sign.sh")] {
        assert!(README.contains(program), "{program}");
    }
}
