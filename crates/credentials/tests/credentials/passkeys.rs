use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use credentials::{Answer, Authenticated, Begun, Passkey, Passkeys, Refusal, Registration};
use galleria_tests::Browser;
use serde_json::Value;

use crate::NOW;
use crate::page::Page;

const ANNA: Registration<'_> = Registration {
    user_handle: *b"anna's own bytes",
    name: "anna@example.com",
    display_name: "Anna Meier",
    exclude: &[],
};

struct Shop {
    browser: Browser,
    page: Page,
    passkeys: Passkeys,
}

impl Shop {
    fn open() -> Self {
        let (mut browser, page) = (Browser::start(), Page::serve());
        browser.has_device();
        browser.load(&page.origin);
        let passkeys = Passkeys::new("localhost", &[&page.origin]).unwrap();
        Self { browser, page, passkeys }
    }

    fn create(&mut self, options: &str) -> Result<String, String> {
        self.browser.create(options).map(|made| made.to_string())
    }

    fn get(&mut self, options: &str) -> Result<String, String> {
        self.browser.get(options).map(|made| made.to_string())
    }

    fn register(&mut self, asked: &Registration<'_>) -> Passkey {
        let begun = self.passkeys.begin_registration(asked, NOW).unwrap();
        let response = self.create(&begun.options).unwrap();
        self.passkeys.finish_registration(&begun.state, &response, NOW + 5).unwrap()
    }

    fn authenticate(
        &mut self,
        allowed: Option<&[Passkey]>,
        stored: &Passkey,
    ) -> Result<Authenticated, Refusal> {
        let begun = self.passkeys.begin_authentication(allowed, NOW)?;
        let response = self.get(&begun.options).unwrap();
        self.passkeys.finish_authentication(&begun.state, &Answer::read(&response)?, stored, NOW + 5)
    }

    fn begin(&mut self) -> (Begun, String) {
        let begun = self.passkeys.begin_authentication(None, NOW).unwrap();
        let response = self.get(&begun.options).unwrap();
        (begun, response)
    }

    fn finish(&self, state: &str, response: &str, stored: &Passkey) -> Result<Authenticated, Refusal> {
        self.passkeys.finish_authentication(state, &Answer::read(response)?, stored, NOW)
    }
}

#[test]
fn a_person_makes_a_passkey_and_comes_back_with_it() {
    let mut shop = Shop::open();
    let stored = shop.register(&ANNA);
    assert_eq!(stored.user_handle, ANNA.user_handle);
    assert!(!stored.backup_eligible && !stored.backed_up);
    assert_eq!(stored.transports, ["internal"]);

    let stored = serde_json::to_string(&stored).unwrap();
    let stored: Passkey = serde_json::from_str(&stored).unwrap();
    let (begun, response) = shop.begin();
    let answer = Answer::read(&response).unwrap();
    assert_eq!(answer.credential_id, stored.credential_id);
    assert_eq!(answer.user_handle, Some(ANNA.user_handle));
    let anna = shop.finish(&begun.state, &response, &stored).unwrap();
    assert_eq!(anna.user_handle, ANNA.user_handle);
    assert!(anna.user_verified);
    assert!(anna.passkey.sign_count > stored.sign_count);
    assert_eq!(Passkey { sign_count: stored.sign_count, ..anna.passkey.clone() }, stored);

    let named = shop.authenticate(Some(std::slice::from_ref(&anna.passkey)), &anna.passkey).unwrap();
    assert!(named.passkey.sign_count > anna.passkey.sign_count);

    let again = Registration { exclude: &[named.passkey], ..ANNA };
    let again = shop.passkeys.begin_registration(&again, NOW).unwrap();
    assert_eq!(shop.create(&again.options), Err("InvalidStateError".to_owned()), "one device, one passkey");
}

#[test]
fn a_response_counts_for_its_own_challenge_and_time_only() {
    let mut shop = Shop::open();
    let begun = shop.passkeys.begin_registration(&ANNA, NOW).unwrap();
    let response = shop.create(&begun.options).unwrap();
    let other = shop.passkeys.begin_registration(&ANNA, NOW).unwrap();
    let finish = |state: &str, now| shop.passkeys.finish_registration(state, &response, now);
    assert_eq!(finish(&other.state, NOW), Err(Refusal::PasskeyInvalid), "another challenge");
    assert_eq!(finish(&begun.state, NOW + 300), Err(Refusal::PasskeyExpired));
    let stored = finish(&begun.state, NOW + 299).unwrap();

    let (begun, response) = shop.begin();
    let (other, _) = shop.begin();
    assert_eq!(
        shop.finish(&other.state, &response, &stored),
        Err(Refusal::PasskeyInvalid),
        "another challenge"
    );
    let answer = Answer::read(&response).unwrap();
    let late = shop.passkeys.finish_authentication(&begun.state, &answer, &stored, NOW + 300);
    assert_eq!(late, Err(Refusal::PasskeyExpired));
    let used = shop.finish(&begun.state, &response, &stored).unwrap();
    // Whoever forgot to take the state away is still saved by the counter, where the device counts.
    assert_eq!(shop.finish(&begun.state, &response, &used.passkey), Err(Refusal::PasskeyCopied), "replayed");

    let registration = shop.passkeys.begin_registration(&ANNA, NOW).unwrap().state;
    for state in
        [registration.as_str(), "", "{}", "null", &begun.state.replace("library\":\"", "library\":\"AAAA")]
    {
        let refused = shop.finish(state, &response, &stored);
        assert_eq!(refused, Err(Refusal::PasskeyRecordUnreadable), "{state}");
    }
    let refused = shop.passkeys.finish_registration(&begun.state, &response, NOW);
    assert_eq!(refused, Err(Refusal::PasskeyRecordUnreadable));
}

#[test]
fn a_response_from_another_page_or_for_another_domain_is_refused() {
    let mut shop = Shop::open();
    let stored = shop.register(&ANNA);
    let elsewhere = Page::serve();
    shop.browser.load(&elsewhere.origin);
    let (begun, response) = shop.begin();
    assert_eq!(shop.finish(&begun.state, &response, &stored), Err(Refusal::PasskeyInvalid), "another origin");
    let theirs = Passkeys::new("localhost", &[&elsewhere.origin]).unwrap();
    let answer = Answer::read(&response).unwrap();
    assert!(theirs.finish_authentication(&begun.state, &answer, &stored, NOW).is_ok(), "where it is allowed");

    let ben = Registration { user_handle: [7; 16], ..ANNA };
    let begun = shop.passkeys.begin_registration(&ben, NOW).unwrap();
    let response = shop.create(&begun.options).unwrap();
    let refused = shop.passkeys.finish_registration(&begun.state, &response, NOW);
    assert_eq!(refused, Err(Refusal::PasskeyInvalid), "another origin");
    assert!(theirs.finish_registration(&begun.state, &response, NOW).is_ok());

    // The page is right, but the passkey was made for another domain than the one we speak for.
    let shop_example = Passkeys::new("shop.example", &["https://shop.example"]).unwrap();
    let begun = shop_example.begin_authentication(None, NOW).unwrap();
    assert_eq!(shop.get(&begun.options), Err("SecurityError".to_owned()));
    let renamed = begun.options.replace("shop.example", "localhost");
    let response = shop.get(&renamed).unwrap();
    let answer = Answer::read(&response).unwrap();
    let refused = shop_example.finish_authentication(&begun.state, &answer, &stored, NOW);
    assert_eq!(refused, Err(Refusal::PasskeyInvalid), "another domain");
}

#[test]
fn a_passkey_that_was_removed_or_is_somebody_elses_opens_nothing() {
    let mut shop = Shop::open();
    let annas = shop.register(&ANNA);
    let on_device = shop.browser.on_device().remove(0);
    let bens = shop.register(&Registration { user_handle: [7; 16], ..ANNA });

    // The shop forgot Anna's and still knows Ben's; the browser answers with Anna's.
    let begun = shop.passkeys.begin_authentication(Some(std::slice::from_ref(&bens)), NOW).unwrap();
    let (ours, theirs) =
        (URL_SAFE_NO_PAD.encode(&annas.credential_id), URL_SAFE_NO_PAD.encode(&bens.credential_id));
    let response = shop.get(&begun.options.replace(&theirs, &ours)).unwrap();
    assert_eq!(Answer::read(&response).unwrap().credential_id, annas.credential_id);
    assert_eq!(
        shop.finish(&begun.state, &response, &annas),
        Err(Refusal::PasskeyInvalid),
        "not one of those named"
    );
    assert_eq!(shop.finish(&begun.state, &response, &bens), Err(Refusal::PasskeyInvalid), "not Ben's");
    assert_eq!(shop.passkeys.begin_authentication(Some(&[]), NOW), Err(Refusal::PasskeyUnknown));

    // Ben's record under Anna's name, as if somebody had mixed them up.
    let (begun, response) = shop.begin();
    let answer = Answer::read(&response).unwrap();
    let (right, wrong) =
        if answer.credential_id == annas.credential_id { (&annas, &bens) } else { (&bens, &annas) };
    let mixed = Passkey { public_key: wrong.public_key.clone(), ..right.clone() };
    assert_eq!(shop.finish(&begun.state, &response, &mixed), Err(Refusal::PasskeyInvalid), "another key");
    let mixed = Passkey { user_handle: wrong.user_handle, ..right.clone() };
    assert_eq!(shop.finish(&begun.state, &response, &mixed), Err(Refusal::PasskeyInvalid), "another person");
    for public_key in [vec![], vec![0; 40], annas.public_key[1..].to_vec()] {
        let broken = Passkey { public_key, ..right.clone() };
        assert_eq!(shop.finish(&begun.state, &response, &broken), Err(Refusal::PasskeyRecordUnreadable));
    }
    assert!(shop.finish(&begun.state, &response, right).is_ok());

    // Anna took hers off her device.
    shop.browser.remove_from_device(&on_device);
    let begun = shop.passkeys.begin_authentication(Some(&[annas]), NOW).unwrap();
    assert_eq!(shop.get(&begun.options), Err("NotAllowedError".to_owned()));
}

#[test]
fn a_copied_key_is_noticed_by_its_counter() {
    let mut shop = Shop::open();
    let stored = shop.register(&ANNA);
    let copy = shop.browser.on_device().remove(0);
    let stored = shop.authenticate(None, &stored).unwrap().passkey;
    let stored = shop.authenticate(None, &stored).unwrap().passkey;
    let own = shop.browser.on_device().remove(0);
    shop.browser.remove_from_device(&own);
    shop.browser.add_to_device(&copy);
    assert_eq!(shop.authenticate(None, &stored), Err(Refusal::PasskeyCopied));
}

#[test]
fn a_device_that_did_not_verify_its_person_is_refused() {
    let mut shop = Shop::open();
    let stored = shop.register(&ANNA);
    let lax = |options: &str| {
        assert!(options.contains("\"userVerification\":\"required\""), "{options}");
        options.replace("\"userVerification\":\"required\"", "\"userVerification\":\"discouraged\"")
    };
    let begun = shop.passkeys.begin_authentication(Some(std::slice::from_ref(&stored)), NOW).unwrap();
    let response = shop.get(&lax(&begun.options)).unwrap();
    assert!(!verified(&response), "else this shows nothing");
    assert_eq!(shop.finish(&begun.state, &response, &stored), Err(Refusal::PasskeyInvalid));
}

#[test]
fn a_response_with_anything_changed_is_refused() {
    let mut shop = Shop::open();
    let stored = shop.register(&ANNA);
    let (begun, response) = shop.begin();
    let parsed: Value = serde_json::from_str(&response).unwrap();
    for name in ["signature", "authenticatorData", "clientDataJSON", "userHandle"] {
        let bytes = URL_SAFE_NO_PAD.decode(parsed["response"][name].as_str().unwrap()).unwrap();
        for place in 0..bytes.len() {
            let (mut changed, mut bytes) = (parsed.clone(), bytes.clone());
            bytes[place] ^= 1;
            changed["response"][name] = URL_SAFE_NO_PAD.encode(bytes).into();
            let refused = shop.finish(&begun.state, &changed.to_string(), &stored);
            assert_eq!(refused, Err(Refusal::PasskeyInvalid), "byte {place} of {name}");
        }
        let mut missing = parsed.clone();
        missing["response"].as_object_mut().unwrap().remove(name);
        assert_eq!(
            shop.finish(&begun.state, &missing.to_string(), &stored),
            Err(Refusal::PasskeyInvalid),
            "{name}"
        );
    }
    for nonsense in ["", "null", "[]", "{}", &response[1..], &format!("{response}{}", " ".repeat(70_000))] {
        assert_eq!(Answer::read(nonsense).unwrap_err(), Refusal::PasskeyInvalid);
    }
    assert!(shop.finish(&begun.state, &response, &stored).is_ok());
    assert!(shop.page.origin.starts_with("http://localhost:"));
}

#[test]
fn refuses_a_setup_that_no_browser_would_accept() {
    for (domain, origin) in [
        ("shop.example", "http://shop.example"),
        ("shop.example", "https://evil.example"),
        ("shop.example", "https://evilshop.example"),
        ("shop.example", "https://shop.example.evil"),
        ("shop.example", "https://shop.example/path"),
        ("shop.example", "https://shop.example:"),
        ("shop.example", "https://shop.example:99999"),
        ("shop.example", "https://user@shop.example"),
        ("shop.example", "https://Shop.example"),
        ("shop.example", "shop.example"),
        ("shop.example", "null"),
        ("", "https://shop.example"),
        ("", ""),
    ] {
        assert_eq!(Passkeys::new(domain, &[origin]).unwrap_err(), Refusal::PasskeySetup, "{domain} {origin}");
    }
    assert_eq!(Passkeys::new("shop.example", &[]).unwrap_err(), Refusal::PasskeySetup);
    let good = ["https://shop.example", "https://console.shop.example", "https://shop.example:8443"];
    assert!(Passkeys::new("shop.example", &good).is_ok());
}

#[test]
fn names_people_have_can_stand_in_a_passkey() {
    let passkeys = Passkeys::new("shop.example", &["https://shop.example"]).unwrap();
    for (name, display_name) in [
        ("anna@example.com", "Anna-Lena Meierhöfer (Oak & Linen)"),
        ("günther+shop@exämple.de", "王小明"),
        ("o'neill@example.com", ""),
    ] {
        let asked = Registration { name, display_name, ..ANNA };
        let options = passkeys.begin_registration(&asked, NOW).unwrap().options;
        let options: Value = serde_json::from_str(&options).unwrap();
        assert_eq!(options["user"]["name"], name);
        assert_eq!(options["user"]["displayName"], display_name);
        assert_eq!(options["user"]["id"], URL_SAFE_NO_PAD.encode(ANNA.user_handle));
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["rp"]["id"], "shop.example");
    }
    for name in ["", "two words", "line\nbreak"] {
        let refused = passkeys.begin_registration(&Registration { name, ..ANNA }, NOW);
        assert_eq!(refused, Err(Refusal::PasskeyName), "{name:?}");
    }
}

/// The flag in the data that the device signed.
fn verified(response: &str) -> bool {
    let response: Value = serde_json::from_str(response).unwrap();
    let data = response["response"]["authenticatorData"].as_str().unwrap();
    URL_SAFE_NO_PAD.decode(data).unwrap()[32] & 4 != 0
}
